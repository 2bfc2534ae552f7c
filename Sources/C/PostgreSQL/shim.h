// libpq, PostgreSQL's client library, as it is: Swift can call all that is needed of it.
#pragma once
#include <libpq-fe.h>
