// libfcgi's thread-safe interface. fcgi_stdio.h is left out: it redefines stdio's names.
#include <fcgiapp.h>
// glibc's mallopt, which Swift's module of glibc leaves out.
#include <malloc.h>
