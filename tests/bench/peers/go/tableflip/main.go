// tableflip HOST:PORT PIDFILE serves under tableflip, as its documentation shows. SIGHUP hands over.
package main

import (
	"context"
	"log"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"bench/peers/release"

	"github.com/cloudflare/tableflip"
)

func main() {
	begun := release.Begin()
	upgrader, err := tableflip.New(tableflip.Options{PIDFile: os.Args[2], UpgradeTimeout: 2 * time.Second})
	if err != nil {
		log.Fatal(err)
	}
	defer upgrader.Stop()
	go func() {
		hangUps := make(chan os.Signal, 1)
		signal.Notify(hangUps, syscall.SIGHUP)
		for range hangUps {
			if err := upgrader.Upgrade(); err != nil {
				log.Print(err)
			}
		}
	}()

	listener, err := upgrader.Listen("tcp", os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	server := http.Server{Handler: begun.Handler()}
	go func() { _ = server.Serve(listener) }()
	begun.Serving()
	if err := upgrader.Ready(); err != nil {
		log.Fatal(err)
	}
	<-upgrader.Exit()

	time.AfterFunc(10*time.Second, func() { os.Exit(1) })
	_ = server.Shutdown(context.Background())
}
