package grouping

import (
	"strings"
	"testing"
)

// kinds are messages by the kind of difference between them. Each line of a case is one error, whose messages
// are separated by " ~ ".
var kinds = []struct{ name, errors string }{
	// A value in two notations.
	{"remark: size", `0 bytes sent ~ 2048 bytes (2.00 KB) sent`},
	{"remark: duration", `job took 75 s to finish ~ job took 75 s (1m15s) to finish`},
	{"remark: share", `cache holds 512 MB now ~ cache holds 512 MB (12%) now`},
	{"remark: behind a noun", `wrote 3 records to shard 4 ~ wrote 1500 records (1.5K) to shard 4`},
	{"remark: hexadecimal", `jump to offset 64 refused ~ jump to offset 1024 (0x400) refused`},
	{"remark: of a whole", `upload of part 3 stalled ~ upload of part 3 (of 12) stalled`},
	{"remark: in square brackets", `sent 12 KB to peer ~ sent 12 KB [3%] to peer`},
	{"remark: twice", `closed, 0 bytes in, 9 bytes out ~ closed, 1190 bytes (1.16 KB) in, 88190 bytes (86.1 KB) out`},
	{"bound and clock", `tunnel closed, lifetime <1 sec ~ tunnel closed, lifetime 02:13 ~ tunnel closed, lifetime 1:02:13`},
	{"bound and unit", `answered in <1 ms ~ answered in >10 s ~ answered in ~30 sec ~ answered in 5ms`},
	{"sign and exponent", `drift of 3 ppm ~ drift of -3.5 ppm ~ drift of +1e-06 ppm`},
	{"thousands", `skipped 7 rows of feed ~ skipped 1,250,000 rows of feed`},
	{"a remark in words is a cause", "worker exited with 137 (killed)\nworker exited with 139 (segmentation fault)"},

	// A rare variant next to others.
	{"call beside address", `clock set from 10.1.2.3, stratum 3 ~ clock set from 10.9.2.7, stratum 2 ~ clock set from INTERN(0), stratum 10`},
	{"synchronised", `synchronized to 10.1.2.3, stratum 3 ~ synchronized to LOCAL(0), stratum 10`},
	{"name beside number", `mounted volume 17 on slot 3 of rack 9 ~ mounted volume scratch on slot 3 of rack 9`},
	{"name beside host", `handed lease over to db.shop.internal after vote ~ handed lease over to standby7 after vote ~ handed lease over to mirror after vote`},
	{"in brackets", `interrupt link [ILNA] enabled at irq 11 ~ interrupt link [ILNB] enabled at irq 10`},
	{"in brackets, lower case", `session layer [ledger] opened for backup run ~ session layer [vault] opened for backup run`},
	{"removed services", `removing daytime ~ removing finger ~ removing time-udp ~ removing whois`},
	{"two removed services", `removing echo ~ removing chargen`},
	{"user of a session", `session opened for user carol by (uid=0) ~ session opened for user root by (uid=0)`},
	{"programs that start", "cupsd startup succeeded ~ smbd startup succeeded ~ acpid startup succeeded ~ ypbind startup succeeded ~ rpc.statd startup succeeded ~ xfs startup succeeded\ncupsd shutdown succeeded ~ smbd shutdown succeeded ~ acpid shutdown succeeded ~ xfs shutdown succeeded"},

	// States, opposites and device kinds are words.
	{"active", "interface en0 is Active now\ninterface en0 is Inactive now"},
	{"up and down", "link of port 7 went up after probe\nlink of port 7 went down after probe"},
	{"enabled", "write cache of drive 3 enabled by policy\nwrite cache of drive 3 disabled by policy"},
	{"available", "pool member 10.0.0.1:80 is available for traffic\npool member 10.0.0.1:80 is unavailable for traffic"},
	{"connected", "replica 3 is now connected to primary host\nreplica 3 is now disconnected to primary host"},
	{"on and off", "power of chassis 4 switched on by operator\npower of chassis 4 switched off by operator"},
	{"locked", "account store shard 4 is locked for writes today\naccount store shard 4 is unlocked for writes today"},
	{"healthy", "target 10.0.0.1:80 became healthy after check of gateway\ntarget 10.0.0.1:80 became unhealthy after check of gateway"},
	{"stable", "clock source of shelf 3 became [stable] again\nclock source of shelf 3 became [unstable] again"},
	{"reversible", "change of shelf 3 recorded as [reversible] by agent\nchange of shelf 3 recorded as [irreversible] by agent"},
	{"components in front", "[auth] could not load tax table of shop\n[billing] could not load tax table of shop"},
	{"states beside a wildcard", "unit state changed from 4 to running by manager\nunit state changed from 4 to stopped by manager\nunit state changed from 4 to 5 by manager"},
	{"states in capitals", "node state moved to UP by agent of rack\nnode state moved to DOWN by agent of rack"},
	{"states in brackets", "probe of shelf 3 finished [passed] by agent\nprobe of shelf 3 finished [failed] by agent"},
	{"devices", "fan failure reported by sensor board of chassis 7\ndisk failure reported by sensor board of chassis 7\nbattery failure reported by sensor board of chassis 7"},
	{"devices that are attached", "attached keyboard on port 3 of hub 1\nattached mouse on port 3 of hub 1\nattached printer on port 3 of hub 1\nattached camera on port 3 of hub 1\nattached scanner on port 3 of hub 1"},
	{"opposites beside other values", "door 7 left open by guard\ndoor 7 left closed by guard\ndoor 7 left 3 by guard"},
	{"resources", "limit of cpu exceeded for task 3 in slot 4\nlimit of memory exceeded for task 3 in slot 4"},
	{"causes", "upload of file 3 failed: quota exceeded\nupload of file 3 failed: connection reset\nupload of file 3 failed: permission denied"},
	{"classes of exceptions", "import of row 3 failed with KeyError\nimport of row 3 failed with ValueError\nimport of row 3 failed with TypeError"},

	// The key of a value is kept.
	{"environment", "Host environment:java.version=21.0.3\nHost environment:os.name=Linux\nHost environment:user.dir=/srv"},
	{"settings", "pool restarted with size=8\npool restarted with idle=8\npool restarted with wait=8"},
	{"system properties", "system property os.name=Linux\nsystem property java.vendor=Acme"},
	{"values of a key", `probe ended state=lost ~ probe ended state=gone`},
	{"keys with colons", "lease audit: owner: 17\nlease audit: renewals: 17"},
	{"two keys", "tune run: gc.pause=7 heap.max=9\ntune run: gc.count=7 heap.max=9"},

	// Hosts.
	{"host and port", `cdn.example.net:80 open through proxy ~ bx.shop.example:443 open through proxy ~ wpad:80 open through proxy`},
	{"host of an unknown domain", `dial backend.blue.fleet:7070 refused ~ dial 10.0.0.1:7070 refused`},
	{"bare names with ports", `connect to redis:6379 refused ~ connect to cache-2:6379 refused ~ connect to kafka:9092 refused`},
	{"name that begins with an address", `bounced (62.99.0.82.pool.example.at) again ~ bounced (10.0.0.1) again ~ bounced (82-99-0-62.dyn.isp.zone) again ~ bounced (mx.example.org) again`},
	{"a place in code is no host", "main.go:42 gave up\nstore.go:42 gave up"},
	{"a key is no host", "uid:1000 rejected\ngid:1000 rejected"},
}

func TestKinds(t *testing.T) {
	for _, tt := range kinds {
		t.Run(tt.name, func(t *testing.T) {
			var lines, errors []string
			for line := range strings.SplitSeq(tt.errors, "\n") {
				for message := range strings.SplitSeq(line, " ~ ") {
					lines, errors = append(lines, message), append(errors, line)
				}
			}
			keys, next := group(lines, nil)
			for i := range lines {
				for j := range i {
					if (keys[i] == keys[j]) != (errors[i] == errors[j]) {
						t.Errorf("%q and %q: one error: %v", lines[j], lines[i], keys[i] == keys[j])
					}
				}
			}
			if t.Failed() {
				for _, k := range next {
					t.Log(k.Template)
				}
			}
		})
	}
}
