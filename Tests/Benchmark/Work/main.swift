// benchmark-work: does one piece of the product's work so often, for Tests/Benchmark/instructions.
//
//   benchmark-work PIECE COUNT FOLDER   sha256, hmac, token, json, credit or wallet
//
// The folder is empty; credit and wallet put a database into it. Prints the nanoseconds it took,
// what came before left out, and what came of it. Exit status: 0 it is done, 1 it failed, 64 usage.

import Glibc

exit(run(arguments: CommandLine.arguments))
