// storage-writer: a process of its own for the storage tests, to write beside others, to be
// killed, or to live on a disk that is full.
//
//   storage-writer DATABASE SCHEMA start                   opens the database and ends
//   storage-writer DATABASE SCHEMA write SECONDS THREADS [BYTES]
//                                                          prints a line for each durable entry,
//                                                          twice so many bytes
//   storage-writer DATABASE SCHEMA fill                    on a small disk; prints what it found
//
// An entry is two rows, so that half an entry would show.

import Glibc

exit(run(arguments: CommandLine.arguments))
