// ledger-seed: fills a database with users, paid top-ups and open ones, to measure how the product
// does when it has grown; and writes down what a client needs to use it.
//
//   ledger-seed DATABASE USERS TRANSACTIONS OPEN     fills
//   ledger-seed --hand-out DATABASE DIRECTORY COUNT  logs COUNT users in, and writes, a line each,
//     DIRECTORY/tokens       their access tokens, signed with JWT_ACCESS_SECRET
//     DIRECTORY/usernames    their names; the password of all of them is PASSWORD
//     DIRECTORY/references   the open top-ups that have an invoice: reference, amount, invoice id
//
// Exit status: 0 it is done, 1 it failed, 64 usage.

import Glibc

exit(run(arguments: CommandLine.arguments))
