package main

import (
	"bufio"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

// As much as is taken from the kernel at once; larger costs the client less.
const buffer = 256 << 10

// target is where requests go, and what each of them says.
type target struct {
	address string
	secure  bool
	method  string
	accept  string
}

// connection is one HTTP/1.1 connection that is kept open. It does as little as can be, so that the machine is the server's.
type connection struct {
	target
	wire   net.Conn
	reader *bufio.Reader
}

// answer says what came of a request, in seconds since it was sent.
type answer struct {
	status int
	bytes  int64
	first  float64
	last   float64
}

func open(to target) (*connection, error) {
	wire, err := net.Dial("tcp", to.address)
	if err == nil && to.secure {
		wire = tls.Client(wire, &tls.Config{InsecureSkipVerify: true})
	}
	if err != nil {
		return nil, err
	}
	return &connection{to, wire, bufio.NewReaderSize(wire, buffer)}, nil
}

// ask sends a request and reads its answer, not faster than rate bytes a second where rate isn't 0.
func (c *connection) ask(path string, rate int64) (answer, error) {
	begun := time.Now()
	request := c.method + " " + path + " HTTP/1.1\r\nHost: " + c.address + "\r\nAccept: " + c.accept + "\r\n\r\n"
	if _, err := io.WriteString(c.wire, request); err != nil {
		return answer{}, err
	}
	if _, err := c.reader.Peek(1); err != nil {
		return answer{}, err
	}
	came := answer{first: time.Since(begun).Seconds()}
	length, err := c.head(&came)
	if err != nil {
		return came, err
	}
	if c.method != "HEAD" {
		came.bytes, err = c.body(length, rate)
	}
	came.last = time.Since(begun).Seconds()
	return came, err
}

// head reads the status line and the headers; it gives the body's length.
func (c *connection) head(into *answer) (int64, error) {
	line, err := c.reader.ReadString('\n')
	if err != nil || len(line) < 12 {
		return 0, errors.Join(err, fmt.Errorf("no status line: %q", line))
	}
	if into.status, err = strconv.Atoi(line[9:12]); err != nil {
		return 0, err
	}
	length := int64(-1)
	for {
		if line, err = c.reader.ReadString('\n'); err != nil {
			return 0, err
		}
		if line == "\r\n" {
			break
		}
		name, value, _ := strings.Cut(line, ":")
		if strings.EqualFold(name, "Content-Length") {
			if length, err = strconv.ParseInt(strings.TrimSpace(value), 10, 64); err != nil {
				return 0, err
			}
		}
	}
	if length < 0 && c.method != "HEAD" {
		return 0, errors.New("an answer without Content-Length")
	}
	return length, nil
}

func (c *connection) body(length, rate int64) (int64, error) {
	if rate == 0 {
		read, err := c.discard(length)
		return read, err
	}
	begun := time.Now()
	var all int64
	for all < length {
		read, err := c.discard(min(length-all, buffer/4))
		all += read
		if err != nil {
			return all, err
		}
		wait(begun, all, rate)
	}
	return all, nil
}

// wait sleeps until so many bytes may have been read at rate, if that isn't 0.
func wait(begun time.Time, bytes, rate int64) {
	if rate > 0 {
		due := time.Duration(float64(bytes) / float64(rate) * float64(time.Second))
		time.Sleep(due - time.Since(begun))
	}
}

func (c *connection) close() {
	c.wire.Close()
}

func (c *connection) discard(length int64) (int64, error) {
	read, err := c.reader.Discard(int(length))
	return int64(read), err
}
