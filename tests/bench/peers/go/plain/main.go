// plain [shutdown] serves on the first of LISTEN_FDS and knows nothing of Baton: it says READY=1 on NOTIFY_SOCKET and
// leaves on SIGTERM. It drains as docs/programs.md says; with "shutdown" by http.Server.Shutdown instead, which closes what
// it takes for idle.
package main

import (
	"context"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"bench/peers/release"
)

func sayReady() {
	socket, err := net.Dial("unixgram", os.Getenv("NOTIFY_SOCKET"))
	if err != nil {
		log.Fatal(err)
	}
	defer socket.Close()
	if _, err := socket.Write([]byte("READY=1")); err != nil {
		log.Fatal(err)
	}
}

// drainable tells each client that comes back to close, and knows how many have not come yet.
type drainable struct {
	http.Server
	draining    atomic.Bool
	connections atomic.Int64
}

func newDrainable(handler http.Handler) *drainable {
	server := &drainable{}
	server.Handler = http.HandlerFunc(func(answer http.ResponseWriter, request *http.Request) {
		if server.draining.Load() {
			answer.Header().Set("Connection", "close")
		}
		handler.ServeHTTP(answer, request)
	})
	server.ConnState = func(_ net.Conn, state http.ConnState) {
		switch state {
		case http.StateNew:
			server.connections.Add(1)
		case http.StateClosed:
			server.connections.Add(-1)
		}
	}
	return server
}

func (server *drainable) drain(listener net.Listener) {
	server.draining.Store(true)
	_ = listener.Close()
	for idle := 0; idle < 3; time.Sleep(20 * time.Millisecond) { // One that was just accepted is counted a moment later.
		idle++
		if server.connections.Load() > 0 {
			idle = 0
		}
	}
}

func main() {
	begun := release.Begin()
	listener, err := net.FileListener(os.NewFile(3, "web"))
	if err != nil {
		log.Fatal(err)
	}
	leave := make(chan os.Signal, 1)
	signal.Notify(leave, syscall.SIGTERM)
	server := newDrainable(begun.Handler())
	go func() { _ = server.Serve(listener) }()
	begun.Serving()
	sayReady()
	<-leave

	time.AfterFunc(10*time.Second, func() { os.Exit(1) })
	if len(os.Args) > 1 && os.Args[1] == "shutdown" {
		_ = server.Shutdown(context.Background())
	} else {
		server.drain(listener)
	}
}
