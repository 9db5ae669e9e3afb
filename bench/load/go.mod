module larder.dev/bench/load

go 1.26
