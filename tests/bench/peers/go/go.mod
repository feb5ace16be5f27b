module bench/peers

go 1.24

require (
	github.com/cloudflare/tableflip v1.2.3
	github.com/jpillora/overseer v1.1.6
)

require (
	github.com/StackExchange/wmi v0.0.0-20190523213315-cbe66965904d // indirect
	github.com/go-ole/go-ole v1.2.4 // indirect
	github.com/jpillora/s3 v1.1.4 // indirect
)
