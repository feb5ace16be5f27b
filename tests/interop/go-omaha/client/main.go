// client asks an Omaha server by go-omaha's own client, takes the offer, tells each step, and prints what it read.
//
//	client URL APPID VERSION
package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"

	"github.com/flatcar/go-omaha/omaha"
	"github.com/flatcar/go-omaha/omaha/client"
)

type report struct {
	Version      string `json:"version"`
	Name         string `json:"name"`
	Size         uint64 `json:"size"`
	Sha1         string `json:"sha1"`
	ActionSha256 string `json:"actionSha256"`
	BytesSha256  string `json:"bytesSha256"`
	Again        string `json:"again"` // the answer to a check after the update
}

func fetch(url string) string {
	answer, err := http.Get(url)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, answer.Body); err != nil {
		log.Fatal(err)
	}
	return base64.StdEncoding.EncodeToString(hash.Sum(nil))
}

func tell(app *client.AppClient, event *omaha.EventRequest) {
	if err := <-app.Event(event); err != nil {
		log.Fatalf("event %d: %v", event.Type, err)
	}
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("client URL APPID VERSION")
	}
	app, err := client.NewAppClient(os.Args[1], "go-omaha-machine", os.Args[2], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	offer, err := app.UpdateCheck()
	if err != nil {
		log.Fatalf("the check: %v", err)
	}
	pkg := offer.Manifest.Packages[0]
	seen := report{Version: offer.Manifest.Version, Name: pkg.Name, Size: pkg.Size, Sha1: pkg.SHA1}
	for _, action := range offer.Manifest.Actions {
		if action.Event == "postinstall" {
			seen.ActionSha256 = action.SHA256
		}
	}
	tell(app, client.EventDownloading)
	seen.BytesSha256 = fetch(offer.URLs[0].CodeBase + pkg.Name)
	tell(app, client.EventDownloaded)
	tell(app, client.EventInstalled)
	if err := app.SetVersion(seen.Version); err != nil {
		log.Fatal(err)
	}
	tell(app, client.EventComplete)
	_, err = app.UpdateCheck()
	seen.Again = fmt.Sprint(err)
	if err := json.NewEncoder(os.Stdout).Encode(seen); err != nil {
		log.Fatal(err)
	}
}
