// server offers one file by go-omaha's own trivial server.
//
//	server VERSION FILE
//
// Its first line is the address where it listens; it ends with its standard input.
package main

import (
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"

	"github.com/flatcar/go-omaha/omaha"
)

func main() {
	if len(os.Args) != 3 {
		log.Fatal("server VERSION FILE")
	}
	server, err := omaha.NewTrivialServer("127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	server.SetVersion(os.Args[1])
	if err := server.AddPackage(os.Args[2], filepath.Base(os.Args[2])); err != nil {
		log.Fatal(err)
	}
	fmt.Println(server.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		_ = server.Destroy()
		os.Exit(0)
	}()
	log.Fatal(server.Serve())
}
