// What go-omaha's types and encoding/xml need for a typical message: `go test -bench .`
package interop

import (
	"bytes"
	"encoding/xml"
	"os"
	"testing"

	"github.com/flatcar/go-omaha/omaha"
)

// The message that Baton's benchmark reads too: BATON_RESPONSE names a file.
func typical(b *testing.B) []byte {
	path := os.Getenv("BATON_RESPONSE")
	if path == "" {
		b.Skip("BATON_RESPONSE names no file")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	return text
}

func BenchmarkDecodeResponse(b *testing.B) {
	text := typical(b)
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		var response omaha.Response
		if err := xml.NewDecoder(bytes.NewReader(text)).Decode(&response); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEncodeResponse(b *testing.B) {
	var response omaha.Response
	if err := xml.Unmarshal(typical(b), &response); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for i := 0; i < b.N; i++ {
		if _, err := xml.Marshal(&response); err != nil {
			b.Fatal(err)
		}
	}
}
