package safe

import "strings"

// Commands that take a password as an argument, by their manuals. Error messages
// quote them whole ("exit status 1: sshpass -p …"), with their arguments
// between spaces or as a list of strings.

// takes are the options of a command that hold a secret.
type takes struct {
	next     string // options whose secret is the next argument, between spaces
	attached string // options whose secret is attached: mysql -pX
	pairs    string // options that hold user and password: curl -u a:b
	after    string // a word without which the options mean something else
}

var commands = func() map[string]takes {
	index := map[string]takes{}
	for names, t := range map[string]takes{
		"sshpass": {next: "-p", attached: "-p"},
		"mysql mysqldump mysqladmin mysqlimport mysqlcheck mysqlshow mysqlpump mysqlslap mysqlbinlog mariadb mariadb-dump mariadb-admin xtrabackup mariabackup": {attached: "-p --password="},
		"docker podman nerdctl buildah skopeo helm oras crane az oc cf ibmcloud":                                                                                {next: "-p --password", attached: "-p", after: "login"},
		"redis-cli redis-benchmark valkey-cli keydb-cli":                                                                                                        {next: "-a --pass", attached: ""},
		"ldapsearch ldapadd ldapmodify ldapdelete ldapmodrdn ldapcompare ldapwhoami ldapexop":                                                                   {next: "-w", attached: "-w"},
		"ldappasswd":             {next: "-w -s -a"},
		"curl":                   {next: "--pass --key-pass --oauth2-bearer", pairs: "-u --user -U --proxy-user"},
		"http https xh ab siege": {pairs: "-a --auth -A -P"},
		"skopeo copy":            {pairs: "--creds --src-creds --dest-creds"},
		"mongo mongosh mongodump mongorestore mongoexport mongoimport mongostat mongotop cqlsh hdbsql rabbitmqadmin rdesktop twine": {next: "-p", attached: "-p"},
		"sqlcmd bcp osql tsql ipmitool mosquitto_pub mosquitto_sub zip unzip":                                                       {next: "-P", attached: "-P"},
		"vsql":              {next: "-w"},
		"7z 7za 7zr":        {attached: "-p"},
		"rar unrar":         {attached: "-hp -p"},
		"openssl":           {next: "-k -K -passin -passout -pass"},
		"keytool jarsigner": {next: "-storepass -keypass -srcstorepass -deststorepass -srckeypass -destkeypass"},
		"snmpget snmpwalk snmpset snmpbulkwalk snmpbulkget snmptrap": {next: "-c -A -X"},
		"smbclient rpcclient winexe smbmap":                          {pairs: "-U --user"},
		"lftp etcdctl influx":                                        {pairs: "-u --user"},
		"plink pscp psftp putty":                                     {next: "-pw"},
		"psexec useradd":                                             {next: "-p"},
		"xfreerdp":                                                   {attached: "/p:"},
		"nuget":                                                      {next: "-ApiKey -k"},
		"sqlplus sqlldr sqlcl expdp impdp rman":                      {pairs: "-s -S -L target"},
	} {
		for name := range strings.FieldsSeq(names) {
			index[name] = t
		}
	}
	return index
}()

// commandLines returns the secrets in the arguments of commands.
func commandLines(s string, found []secret) []secret {
	if !hasOption(s) {
		return found
	}
	for i := 0; i < len(s); i++ {
		if !isLetter(s[i]) && s[i] != '7' {
			continue
		}
		start := i
		for i < len(s) && (isWord(s[i]) || s[i] == '-') {
			i++
		}
		if t, ok := commands[s[start:i]]; ok && endsWord(s, i) {
			found, i = t.arguments(s, i, found)
		}
	}
	return found
}

// hasOption reports whether an option of a command may be in s, or a user and a
// password.
func hasOption(s string) bool {
	for at := 1; at < len(s); at++ {
		i := strings.IndexByte(s[at:], '-')
		if i < 0 || at+i+1 == len(s) {
			break
		}
		at += i
		if (s[at-1] == ' ' || isQuote(s[at-1])) && (isLetter(s[at+1]) || s[at+1] == '-') {
			return true
		}
	}
	return strings.Contains(s, "/p:") || strings.Contains(s, "sqlplus") || strings.Contains(s, "sqlldr") || strings.Contains(s, "pdp ")
}

// endsWord reports whether a command's name may end at i.
func endsWord(s string, i int) bool {
	return i < len(s) && (s[i] == ' ' || isQuote(s[i]) || strings.HasPrefix(s[i:], `\"`) || strings.HasPrefix(s[i:], ".exe"))
}

// maxCommandLine is how much of a command line is read.
const maxCommandLine = 2048

// arguments adds the secrets in the arguments that begin at i, and returns where
// they end: at the next command, or at the end of the line.
func (t takes) arguments(s string, i int, found []secret) ([]secret, int) {
	limit := min(len(s), i+maxCommandLine)
	applies, next, pair := t.after == "", false, strings.Contains(t.pairs, "target")
	for {
		at := nextArgument(s[:limit], i)
		start, end := argument(s[:limit], at)
		arg := s[start:end]
		if _, another := commands[arg]; at == i || start == end || another && !next {
			return found, i
		}
		i = end
		switch {
		case arg == t.after:
			applies = true
		case !applies || arg == "|":
		case next && !unset(arg):
			found, next = append(found, secret{start, end, kindPassword}), false
		case pair && pairOf(arg):
			if at := strings.LastIndexByte(arg, '@'); at > 0 && strings.Contains(t.pairs, "target") { // Oracle's database
				end = start + at
			}
			found, pair = append(found, secret{start, end, kindURL}), false
		case lists(t.next, arg):
			next = true
		case lists(t.pairs, arg):
			pair = true
		default:
			if n := t.attachedTo(arg); n > 0 && !unset(arg[n:]) {
				found = append(found, secret{start + n, end, kindPassword})
			} else if n := attachedPair(t, arg); n > 0 {
				found = append(found, secret{start + n, end, kindURL})
			}
		}
	}
}

// attachedTo returns the length of the option to which a secret is attached.
func (t takes) attachedTo(arg string) int {
	for option := range strings.FieldsSeq(t.attached) {
		if len(arg) > len(option) && strings.HasPrefix(arg, option) {
			return len(option)
		}
	}
	return 0
}

// attachedPair is attachedTo for user and password.
func attachedPair(t takes, arg string) int {
	for option := range strings.FieldsSeq(t.pairs) {
		rest, ok := strings.CutPrefix(arg, option)
		if rest = strings.TrimPrefix(rest, "="); ok && pairOf(rest) {
			return len(arg) - len(rest)
		}
	}
	return 0
}

// pairOf tells user and password from a user alone.
func pairOf(arg string) bool {
	n := strings.IndexAny(arg, ":%,/")
	return n > 0 && n < len(arg)-1 && arg[0] != '-' && !strings.Contains(arg, "://")
}

func lists(options, arg string) bool {
	return arg != "" && arg[0] == '-' && strings.Contains(" "+options+" ", " "+arg+" ")
}

// argument returns the argument at i: quoted, an item of a list, or bare. It is
// empty at the end of the command.
func argument(s string, i int) (start, end int) {
	at := i
	for at < len(s) && s[at] == '\\' {
		at++
	}
	if at < len(s) && isQuote(s[at]) {
		return at + 1, quotedEnd(s, at+1, s[i:at+1])
	}
	for end = i; end < len(s) && strings.IndexByte(" \t\n\"'`;|&\\]", s[end]) < 0; end++ {
	}
	attached := end > i && s[i] == '-' && (end == i+len("-p") || s[end-1] == '=')
	if attached && end+1 < len(s) && isQuote(s[end]) && s[end+1] != ' ' { // -p'x'
		end = quotedEnd(s, end+1, s[end:end+1])
		if end < len(s) && isQuote(s[end]) {
			end++
		}
	}
	return i, end
}

// nextArgument steps over what parts arguments: spaces, commas, and the quote that
// ends the one before.
func nextArgument(s string, i int) int {
	for i < len(s) {
		at := i
		for at < len(s) && s[at] == '\\' {
			at++
		}
		switch {
		case s[i] == ' ' || s[i] == '\t' || s[i] == ',':
			i++
		case at+1 < len(s) && isQuote(s[at]) && strings.IndexByte(" ,]", s[at+1]) >= 0:
			i = at + 1
		default:
			return i
		}
	}
	return i
}
