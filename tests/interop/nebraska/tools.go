//go:build tools

// Package tools names the server that is built here, so that go.mod keeps it.
package tools

import _ "github.com/flatcar/nebraska/backend/cmd/nebraska"
