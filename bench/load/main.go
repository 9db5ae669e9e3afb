// load asks an HTTP server for much, at little cost of its own, and prints what came of it as JSON.
//
//	load -clients 8 -times 4 http://127.0.0.1:5000/v2/a/blobs/sha256:…          each client asks so often
//	load -clients 32 -seconds 3 -method HEAD http://127.0.0.1:5000 <paths       each asks for one of the paths at random
//	load -clients 4 -rate 40000000 http://…                                     each reads so many bytes a second
//	load -clients 8 -http2 https://…                                            they share one connection, a stream each
//	load -clients 500 -pace 4000 -seconds 3 http://…                            all of them make so many requests a second
//	load -clients 2000 -idle http://…                                           connections that ask once and stay, until stdin ends
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"net/url"
	"os"
	"sort"
	"strings"
	"sync"
	"time"
)

type load struct {
	target
	clients int
	times   int
	seconds float64
	rate    int64
	pace    float64
	idle    bool
	http2   bool
	paths   []string
}

// result is what is printed. Times are in seconds.
type result struct {
	Requests int       `json:"requests"`
	Failed   int       `json:"failed"`
	Failure  string    `json:"failure,omitempty"`
	Bytes    int64     `json:"bytes"`
	Seconds  float64   `json:"seconds"`
	First    []float64 `json:"first"`
	P50      float64   `json:"p50"`
	P99      float64   `json:"p99"`
}

func main() {
	asked, err := parse()
	if err != nil {
		fmt.Fprintln(os.Stderr, "load:", err)
		os.Exit(2)
	}
	if asked.idle {
		if err := asked.wait(); err != nil {
			fmt.Fprintln(os.Stderr, "load:", err)
			os.Exit(1)
		}
		return
	}
	json.NewEncoder(os.Stdout).Encode(asked.run())
}

func parse() (*load, error) {
	asked := &load{}
	flag.IntVar(&asked.clients, "clients", 1, "how many ask at once")
	flag.IntVar(&asked.times, "times", 1, "how often each asks")
	flag.Float64Var(&asked.seconds, "seconds", 0, "for how long they ask, in place of -times")
	flag.Int64Var(&asked.rate, "rate", 0, "how many bytes a second each reads")
	flag.Float64Var(&asked.pace, "pace", 0, "how many requests a second all of them make; as many as they can without it")
	flag.BoolVar(&asked.idle, "idle", false, "ask once, and keep the connections until stdin ends")
	flag.StringVar(&asked.method, "method", "GET", "the method")
	flag.BoolVar(&asked.http2, "http2", false, "ask by HTTP/2, all on one connection")
	flag.StringVar(&asked.accept, "accept", "*/*", "what is accepted")
	flag.Parse()
	where, err := url.Parse(flag.Arg(0))
	if err != nil || where.Host == "" {
		return nil, fmt.Errorf("which URL? %q is none", flag.Arg(0))
	}
	asked.address = where.Host
	asked.secure = where.Scheme == "https"
	if path := where.RequestURI(); path != "/" {
		asked.paths = []string{path}
		return asked, nil
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		asked.paths = append(asked.paths, strings.TrimSpace(lines.Text()))
	}
	if len(asked.paths) == 0 {
		return nil, fmt.Errorf("no path in %s, and none on stdin", flag.Arg(0))
	}
	return asked, lines.Err()
}

// wait holds connections that have been of use once.
func (l *load) wait() error {
	for range l.clients {
		connection, err := open(l.target)
		if err != nil {
			return err
		}
		if came, err := connection.ask(l.paths[0], 0); err != nil || came.status != 200 {
			return fmt.Errorf("status %d, %v", came.status, err)
		}
		defer connection.close()
	}
	fmt.Println("waiting")
	_, err := io.Copy(io.Discard, os.Stdin)
	return err
}

// asker is a connection, or what is shared of one, as a client sees it.
type asker interface {
	ask(path string, rate int64) (answer, error)
	close()
}

func (l *load) run() result {
	open := func() (asker, error) { return open(l.target) }
	if l.http2 {
		shared, err := openStreams(l.target, l.paths[0])
		if err != nil {
			return result{Failed: l.clients, Failure: err.Error()}
		}
		open = func() (asker, error) { return shared, nil }
	}
	parts := make([][]answer, l.clients)
	failures := make([]error, l.clients)
	var all sync.WaitGroup
	begun := time.Now()
	for client := range l.clients {
		all.Go(func() { parts[client], failures[client] = l.client(open, begun) })
	}
	all.Wait()
	sum := result{Seconds: time.Since(begun).Seconds()}
	var times []float64
	for client, part := range parts {
		for _, came := range part {
			sum.Requests++
			sum.Bytes += came.bytes
			times = append(times, came.last)
		}
		if len(part) > 0 && l.seconds == 0 {
			sum.First = append(sum.First, part[0].first)
		}
		if failures[client] != nil {
			sum.Failed++
			sum.Failure = failures[client].Error()
		}
	}
	if sort.Float64s(times); len(times) > 0 {
		sum.P50, sum.P99 = times[len(times)/2], times[len(times)*99/100]
	}
	return sum
}

// client asks until it has asked often or long enough, or something fails.
func (l *load) client(open func() (asker, error), begun time.Time) ([]answer, error) {
	connection, err := open()
	if err != nil {
		return nil, err
	}
	defer connection.close()
	var answers []answer
	next := begun
	if l.pace > 0 {
		next = begun.Add(time.Duration(rand.Float64() * float64(l.turn())))
	}
	for number := 0; l.more(number, begun); number++ {
		if l.pace > 0 {
			time.Sleep(time.Until(next))
			next = next.Add(l.turn())
		}
		path := l.paths[rand.IntN(len(l.paths))]
		came, err := connection.ask(path, l.rate)
		if err == nil && came.status != 200 {
			err = fmt.Errorf("%s %s: status %d", l.method, path, came.status)
		}
		if err != nil {
			return answers, err
		}
		answers = append(answers, came)
	}
	return answers, nil
}

// turn is the time between two requests of one client.
func (l *load) turn() time.Duration {
	return time.Duration(float64(l.clients) / l.pace * float64(time.Second))
}

func (l *load) more(number int, begun time.Time) bool {
	if l.seconds > 0 {
		return time.Since(begun).Seconds() < l.seconds
	}
	return number < l.times
}
