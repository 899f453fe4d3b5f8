package grouping

// accuracy compares a grouping with the truth. A group is correct if it contains exactly the lines of one
// true template. ga is the share of lines in correct groups. fga is the harmonic mean of two shares of
// correct groups: among the groups found, and among the true ones.
func accuracy(found, truth []string) (ga, fga float64) {
	nFound, nTrue, both := tallies(found, truth)
	groups, inGroups := 0, 0
	for pair, n := range both {
		if n == nFound[pair[0]] && n == nTrue[pair[1]] {
			groups++
			inGroups += n
		}
	}
	ga = float64(inGroups) / float64(len(found))
	return ga, 2 * float64(groups) / float64(len(nFound)+len(nTrue))
}

// adjustedRand returns the adjusted Rand index of two groupings of the same lines: 1 if they are equal, about
// 0 if they agree only by chance.
func adjustedRand(a, b []string) float64 {
	nA, nB, both := tallies(a, b)
	pairs := func(n int) float64 { return float64(n) * float64(n-1) / 2 }
	var inA, inB, inBoth float64
	for _, n := range nA {
		inA += pairs(n)
	}
	for _, n := range nB {
		inB += pairs(n)
	}
	for _, n := range both {
		inBoth += pairs(n)
	}
	chance := inA * inB / pairs(len(a))
	if (inA+inB)/2 == chance {
		return 1
	}
	return (inBoth - chance) / ((inA+inB)/2 - chance)
}

func tallies(a, b []string) (nA, nB map[string]int, both map[[2]string]int) {
	nA, nB, both = map[string]int{}, map[string]int{}, map[[2]string]int{}
	for i := range a {
		nA[a[i]]++
		nB[b[i]]++
		both[[2]string{a[i], b[i]}]++
	}
	return nA, nB, both
}
