// The database's form, as an ordered list of migrations. A migration that has been released is
// never edited; a change is a new one at the end.
//
// Releases are rolled out, and back, while programs of the one before run on the same database.
// So a migration `.expands`: a new table, index or trigger, a column that may be NULL or has a
// constant default, and nothing that a program of the release before could break or miss. It runs
// while writers wait (4 s at most): no index or rewrite of a large table.
// What cannot be added so `.contracts`: earlier programs then refuse to start (78), and those that
// run fail on what is gone. It takes two releases:
//   1. a release whose programs neither read nor write what shall go, and write what replaces it
//      (`.expands`); what older rows lack is filled in by a command, piece by piece;
//   2. when `dompet verify` of that release is well and none older runs or is to be gone back to,
//      a backup, and the release with the migration that `.contracts`.

import Storage

/// The schema that this release works on.
public enum Schema {
  /// Applied in this order, once each.
  public static let migrations = [
    Migration(
      name: "m001_users", kind: .expands, sqlite: PackageResources.m001_users_sqlite_sql,
      postgresql: PackageResources.m001_users_postgresql_sql),
    Migration(
      name: "m002_wallets", kind: .expands, sqlite: PackageResources.m002_wallets_sqlite_sql,
      postgresql: PackageResources.m002_wallets_postgresql_sql),
    Migration(
      name: "m003_top_ups", kind: .expands, sqlite: PackageResources.m003_top_ups_sqlite_sql,
      postgresql: PackageResources.m003_top_ups_postgresql_sql),
    Migration(
      name: "m004_events", kind: .expands, sqlite: PackageResources.m004_events_sqlite_sql,
      postgresql: PackageResources.m004_events_postgresql_sql),
    Migration(
      name: "m005_reconciliations", kind: .expands,
      sqlite: PackageResources.m005_reconciliations_sqlite_sql,
      postgresql: PackageResources.m005_reconciliations_postgresql_sql),
    Migration(
      name: "m006_transfers", kind: .expands, sqlite: PackageResources.m006_transfers_sqlite_sql,
      postgresql: PackageResources.m006_transfers_postgresql_sql),
    Migration(
      name: "m007_maintenance", kind: .expands,
      sqlite: PackageResources.m007_maintenance_sqlite_sql,
      postgresql: PackageResources.m007_maintenance_postgresql_sql),
    Migration(
      name: "m008_operator_acts", kind: .expands,
      sqlite: PackageResources.m008_operator_acts_sqlite_sql,
      postgresql: PackageResources.m008_operator_acts_postgresql_sql),
    Migration(
      name: "m009_pruning", kind: .expands, sqlite: PackageResources.m009_pruning_sqlite_sql,
      postgresql: PackageResources.m009_pruning_postgresql_sql),
    Migration(
      name: "m010_roles", kind: .expands, sqlite: PackageResources.m010_roles_sqlite_sql,
      postgresql: PackageResources.m010_roles_postgresql_sql),
  ]
}
