package main

import (
	"crypto/tls"
	"fmt"
	"io"
	"net/http"
	"time"
)

// streams are the requests of all clients on one HTTP/2 connection, by Go's own client, which containerd uses as well.
type streams struct {
	target
	connection *http.Transport
}

// openStreams opens the connection, and asks for nothing but what a path's head says.
func openStreams(to target, path string) (*streams, error) {
	protocols := &http.Protocols{}
	protocols.SetHTTP2(true)
	all := &streams{to, &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, Protocols: protocols, DisableCompression: true}}
	head := *all
	head.method = "HEAD"
	_, err := head.ask(path, 0)
	return all, err
}

// ask is what connection.ask is.
func (s *streams) ask(path string, rate int64) (answer, error) {
	request, err := http.NewRequest(s.method, "https://"+s.address+path, nil)
	if err != nil {
		return answer{}, err
	}
	request.Header.Set("Accept", s.accept)
	begun := time.Now()
	response, err := s.connection.RoundTrip(request)
	if err != nil {
		return answer{}, err
	}
	defer response.Body.Close()
	if response.ProtoMajor != 2 {
		return answer{}, fmt.Errorf("the server speaks %s", response.Proto)
	}
	came := answer{status: response.StatusCode, first: time.Since(begun).Seconds()}
	came.bytes, err = read(response.Body, rate)
	came.last = time.Since(begun).Seconds()
	return came, err
}

// read takes a body to its end, whose length Go's client checks, not faster than rate bytes a second where rate isn't 0.
func read(body io.Reader, rate int64) (int64, error) {
	begun := time.Now()
	into := make([]byte, buffer)
	var all int64
	for {
		count, err := body.Read(into)
		all += int64(count)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
		wait(begun, all, rate)
	}
}

func (s *streams) close() {
	s.connection.CloseIdleConnections()
}
