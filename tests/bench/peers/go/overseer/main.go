// overseer HOST:PORT serves under overseer, as its README shows. SIGUSR2 hands over.
package main

import (
	"net/http"
	"os"
	"time"

	"bench/peers/release"

	"github.com/jpillora/overseer"
)

func main() {
	overseer.Run(overseer.Config{
		Required:         true,
		Address:          os.Args[1],
		TerminateTimeout: 10 * time.Second,
		Program: func(state overseer.State) {
			begun := release.Begin()
			begun.Serving()
			_ = http.Serve(state.Listener, begun.Handler()) // Returns when the last connection has ended.
		},
	})
}
