// ledger-seed: fills a database with users, paid top-ups and open ones, to measure how the product
// does when it has grown.
//
//   ledger-seed DATABASE USERS TRANSACTIONS OPEN
//
// Exit status: 0 it is done, 1 it failed, 64 usage.

import Glibc

exit(run(arguments: CommandLine.arguments))
