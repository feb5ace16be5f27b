// Omaha's words as values: what a client asks and tells, and what a server answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "protocol/Request.h"
#include "protocol/Response.h"
