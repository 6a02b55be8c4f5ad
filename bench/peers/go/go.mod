module leat.invalid/bench/peers

go 1.21
