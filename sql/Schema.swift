// The database's form, as an ordered list of migrations. A migration that has been released is
// never edited; a change is a new one at the end.

import Storage

/// The schema that this release works on.
public enum Schema {
  /// Applied in this order, once each.
  public static let migrations = [
    Migration(name: "m001_users", sqlite: PackageResources.m001_users_sqlite_sql),
    Migration(name: "m002_wallets", sqlite: PackageResources.m002_wallets_sqlite_sql),
    Migration(name: "m003_top_ups", sqlite: PackageResources.m003_top_ups_sqlite_sql),
    Migration(name: "m004_events", sqlite: PackageResources.m004_events_sqlite_sql),
    Migration(
      name: "m005_reconciliations", sqlite: PackageResources.m005_reconciliations_sqlite_sql),
    Migration(name: "m006_transfers", sqlite: PackageResources.m006_transfers_sqlite_sql),
    Migration(name: "m007_maintenance", sqlite: PackageResources.m007_maintenance_sqlite_sql),
    Migration(name: "m008_operator_acts", sqlite: PackageResources.m008_operator_acts_sqlite_sql),
    Migration(name: "m009_pruning", sqlite: PackageResources.m009_pruning_sqlite_sql),
  ]
}
