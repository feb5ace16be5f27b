// Package release is what the Go peers have in common: which release runs, how it turns out, and its one-line answer.
package release

import (
	"encoding/json"
	"fmt"
	"log"
	"net/http"
	"os"
	"time"
)

// Release is what the file named by PEERS_RELEASE says. The file is the new release; the executable stays.
type Release struct {
	Version string `json:"version"`
	Then    string `json:"then"` // serves, exits, hangs or dies
	StartMs int    `json:"start_ms"`
	LivesMs int    `json:"lives_ms"` // of one that dies: how long it serves before
}

// Begin reads the release and does what a program does before it can serve. Of one that exits or hangs it does not return.
func Begin() Release {
	text, err := os.ReadFile(os.Getenv("PEERS_RELEASE"))
	if err != nil {
		log.Fatal(err)
	}
	var release Release
	if err := json.Unmarshal(text, &release); err != nil {
		log.Fatal(err)
	}
	switch release.Then {
	case "exits":
		os.Exit(3)
	case "hangs":
		time.Sleep(time.Hour)
	}
	time.Sleep(time.Duration(release.StartMs) * time.Millisecond)
	return release
}

// Serving is called when it takes over.
func (release Release) Serving() {
	if release.Then == "dies" {
		time.AfterFunc(time.Duration(release.LivesMs)*time.Millisecond, func() { os.Exit(3) })
	}
}

// Handler answers every request with the version and the process.
func (release Release) Handler() http.Handler {
	line := []byte(fmt.Sprintf("%s pid %d\n", release.Version, os.Getpid()))
	return http.HandlerFunc(func(answer http.ResponseWriter, _ *http.Request) {
		_, _ = answer.Write(line)
	})
}
