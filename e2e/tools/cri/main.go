// Command cri asks containerd for images the way a kubelet does: by the Kubernetes Container Runtime Interface.
//
//	cri SOCKET version                      prints which runtime answers
//	cri SOCKET pull IMAGE [USER PASSWORD]   prints what ImageStatus then says of it, as JSON
//	cri SOCKET remove IMAGE
//
// User and password are those of a pull secret, without the server that they are for: so a kubelet hands them over.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	runtime "k8s.io/cri-api/pkg/apis/runtime/v1"
)

// A kubelet waits without end; a test must not.
const deadline = 5 * time.Minute

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "usage: cri SOCKET version | pull IMAGE [USER PASSWORD] | remove IMAGE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3:]); err != nil {
		fmt.Fprintln(os.Stderr, "cri:", err)
		os.Exit(1)
	}
}

func run(socket, verb string, arguments []string) error {
	ctx, cancel := context.WithTimeout(context.Background(), deadline)
	defer cancel()
	connection, err := grpc.NewClient("unix://"+socket, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	images := runtime.NewImageServiceClient(connection)
	image := &runtime.ImageSpec{}
	if len(arguments) > 0 {
		image.Image = arguments[0]
	}

	switch verb {
	case "version":
		answer, err := runtime.NewRuntimeServiceClient(connection).Version(ctx, &runtime.VersionRequest{})
		if err != nil {
			return err
		}
		fmt.Println(answer.RuntimeName, answer.RuntimeVersion)
		return nil
	case "pull":
		request := &runtime.PullImageRequest{Image: image}
		if len(arguments) == 3 {
			request.Auth = &runtime.AuthConfig{Username: arguments[1], Password: arguments[2]}
		}
		if _, err := images.PullImage(ctx, request); err != nil {
			return err
		}
		answer, err := images.ImageStatus(ctx, &runtime.ImageStatusRequest{Image: image})
		if err != nil {
			return err
		}
		return json.NewEncoder(os.Stdout).Encode(answer.Image)
	case "remove":
		_, err := images.RemoveImage(ctx, &runtime.RemoveImageRequest{Image: image})
		return err
	default:
		return fmt.Errorf("unknown verb %q", verb)
	}
}
