package safe

import (
	"regexp"
	"strings"
	"testing"
)

// TestPositions checks that secrets are redacted by their position, and that keys, commands, calls and
// everything else that a reader needs are kept. ‹KIND-1 SECRET› stands for a password that is an ordinary
// word in the input, and for its placeholder in the result.
func TestPositions(t *testing.T) {
	tests := []struct{ name, text string }{
		{"mysql driver of Go", `cannot open ‹url-credentials-1 app:SECRET›@tcp(db.internal:3306)/shop`},
		{"key before a DSN", `dsn=‹url-credentials-1 app:SECRET›@tcp(db:3306)/shop tries=3`},
		{"Oracle", `sqlplus -s ‹url-credentials-1 scott/SECRET›@orcl exited 1`},
		{"Oracle's driver", `jdbc:oracle:thin:‹url-credentials-1 app/SECRET›@//db:1521/svc refused`},
		{"ODBC in braces", `UID=sa;PWD=‹password-1 {SECRET;x}›;Server=db`},
		{"command", `exec: sshpass -p ‹password-1 SECRET› ssh deploy@build`},
		{"list of arguments", `{"cmd":["mysqldump","-uroot","-p‹password-1 SECRET›","shop"],"rc":2}`},
		{"login", `docker login -u ci -p ‹password-1 SECRET› registry.example.com: exit 1`},
		{"user and password", `curl -fsS -u ‹url-credentials-1 bob:SECRET› https://api.example.com/v1`},
		{"SQL", `CREATE USER 'app'@'h' IDENTIFIED BY '‹password-1 SECRET›' ACCOUNT UNLOCK`},
		{"INSERT", `INSERT INTO users (id, password, role) VALUES (‹password-1 7, 'SECRET', 'admin'), (8, 'SECRET', 'x'›)`},
		{"INSERT with an escaped quote", `INSERT INTO users (id, password) VALUES (‹password-1 7, "a\")SECRET"›)`},
		{"INSERT of a session", `INSERT INTO sessions (session_id, data) VALUES (‹password-1 'SECRET', 'x'›)`},
		{"INSERT with a name in Portuguese", `INSERT INTO users (login, senha) VALUES (‹password-1 'bob', 'SECRET'›)`},
		{"cookie behind attributes", `Set-Cookie: ‹cookie-1 HttpOnly; Expires=Wed, 21 Oct 2026 07:28:00 GMT; lang=SECRET›`},
		{"INSERT of an author", `INSERT INTO books (title, author) VALUES ('a', 'b')`},
		{"element with an attribute", `<wsse:Password Type="x#PasswordText">‹password-1 SECRET›</wsse:Password><a>b</a>`},
		{"CDATA", `<Password><![CDATA[‹password-1 SECRET›]]></Password>`},
		{"setting", `<add key="DbPassword" value="‹password-1 SECRET›"/><add key="Port" value="1"/>`},
		{"form", "form-data; name=\"password\"\r\n\r\n‹password-1 SECRET›\r\n--b0--"},
		{"pair", `[{"name":"PORT","value":"80"},{"name":"DB_PASSWORD","value":"‹password-1 SECRET›"},{"name":"HOST","value":"db"}]`},
		{"pair the other way", `{"value":"‹password-1 SECRET›","name":"DB_PASSWORD"}`},
		{"pair in YAML", "- name: DB_PASSWORD\n  value: ‹password-1 SECRET›\n- name: HOST\n  value: db"},
		{"column", " id | password | role\n----+----------+------\n  7 | ‹secret-1 SECRET› | admin"},
		{"table after a line break", "\n| password | ‹secret-1 SECRET› |"},
		{"frame of PHP", `#0 /srv/Db.php(12): PDO->__construct('‹argument-1 SECRET›', Object(Config), Array, 42)`},
		{"call of PHP alone", `PDO->__construct('‹argument-1 SECRET›', '‹argument-1 SECRET›', Array)`},
		{"check of a card", `exp 12/29, CVC: ‹card-1 123› declined`},
		{"call that signs in", `Auth.login("jane", "‹argument-1 SECRET›") and mysqli_connect('db', 'root', '‹argument-1 SECRET›')`},
		{"frame of Elixir", `    (auth 0.1.0) lib/auth.ex:5: Auth.login("‹argument-1 SECRET›", :admin, 3)`},
		{"local of rich", `│ word = '‹argument-1 SECRET›' │`},
		{"local of loguru", `    │ └ '‹argument-1 SECRET›'`},
		{"flag", `deploy --db-password ‹password-1 SECRET› --verbose`},
		{"variable of Python", `os.environ["DB_PASSWORD"] = "‹password-1 SECRET›"`},
		{"tuple of Elixir", `{:password, "‹password-1 SECRET›"}`},
		{"Rust", `Login { user: "bob", password: Some("‹password-1 SECRET›") }`},
		{"header in XML", `<Authorization>‹authorization-1 SECRET›</Authorization>`},
		{"name of a password in an attached option", `mysql -p‹password-1 SECRETpwd› shop`},
		{"quote in a string of PHP", `#0 /srv/Db.php(12): f('‹argument-1 SECRET'x›', 1)`},
		{"list of one", `{"password":["‹password-1 SECRET›"],"n":1}`},
	}
	r := NewRedactor()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			given, want := redacted.ReplaceAllString(tt.text, "$2"), redacted.ReplaceAllString(tt.text, "[$1]")
			if got := r.Redact(strings.ReplaceAll(given, "SECRET", "Sommerwetter")); got != want {
				t.Errorf("got  %s\nwant %s", got, want)
			}
		})
	}
}

// redacted matches a value in a test's text, with the kind and number of its placeholder.
var redacted = regexp.MustCompile(`‹(\S+) ([^›]*)›`)
