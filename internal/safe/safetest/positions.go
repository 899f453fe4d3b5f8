package safetest

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// Passwords that their position alone gives away. They are what people choose,
// words among them, so that no rule can know them by their form.

// chosen draws a password without what ends one in most syntaxes.
func chosen(r *rand.Rand) string {
	w := func(n int) string { return strings.ToUpper(chars(r, lower, 1)) + chars(r, lower, n) }
	return pick(r, w(9), w(6)+of(r, "##"), w(7)+of(r, "##")+pick(r, "!", "#", "%", "+", "-"), chars(r, lower, 5)+"-"+chars(r, lower, 6),
		chars(r, base62, 12+r.IntN(8)), "S3"+chars(r, lower, 4)+"P4"+chars(r, lower, 2)+"!")
}

// plain draws a password of letters and digits, at least one of each.
func plain(r *rand.Rand) string { return w6(r) + of(r, "##") + chars(r, lower, 2) }

func w6(r *rand.Rand) string { return strings.ToUpper(chars(r, lower, 1)) + chars(r, lower, 6) }

var positions = []kind{
	{"mysql DSN of Go", chosen, []string{`ERROR cannot open app:%s@tcp(db.internal:3306)/shop`, `{"level":"error","msg":"sql: open","dsn":"root:%s@tcp(10.0.0.{d}:3306)/shop?parseTime=true"}`,
		`level=error msg="dial app_rw:%s@unix(/run/mysqld.sock)/orders"`, `DB_DSN=shop:%s@tcp(db:3306)/shop`, `driver: bad connection svc:%s@(db-{d}.internal)/billing after {n} ms`, `panic: open app:%s@/shop: refused`,
		"Error: connect\n    dsn = \"app:%s@tcp(db)/x\"\n    at main.go:{n}"}},
	{"host DSN", chosen, []string{`cannot connect to app:%s@db.internal:5432/orders`, `ERROR pool: svc:%s@10.1.2.{d}:6379 timed out`, `{"err":"dial worker:%s@mq-{d}.internal:5672/vhost"}`}},
	{"Oracle DSN", plain, []string{`ORA-01017: invalid username/password; logon denied: app/%s@//db.internal:1521/ORCL`, `sqlplus -s scott/%s@orcl failed: exit {n}`, `jdbc:oracle:thin:app/%s@db:1521:XE refused`, `jdbc:oracle:thin:app/%s@//db:1521/svc`,
		`{"level":"error","msg":"cx_Oracle.connect shop/%s@db{d}.internal:1521/ORCLPDB"}`, `expdp system/%s@prod schemas=shop exited {n}`, `ERROR oracle pool app/%s@(DESCRIPTION=(ADDRESS=(HOST=db)))`, `SQL> CONNECT hr/%s@orclpdb`}},
	{"ODBC", chosen, []string{`Driver={ODBC Driver 18 for SQL Server};Server=db;UID=sa;PWD=%s;Encrypt=yes`, `pyodbc.Error: DSN=shop;UID=app;PWD=%s`, `[unixODBC] Driver=PostgreSQL;Server=db;Uid=app;Pwd=%s;Database=x`,
		`Driver={MySQL ODBC 8.0};UID=root;PWD={%s;x};Server=db`, `Provider=SQLOLEDB;Data Source=db;User Id=sa;Password=%s;`}},
	{"JDBC", chosen, []string{`jdbc:postgresql://db:5432/shop?user=app&password=%s refused`, `jdbc:sqlserver://db:1433;databaseName=shop;user=sa;password=%s;encrypt=true`, `jdbc:mysql://app:%s@db:3306/shop`,
		`Cannot get connection for jdbc:db2://db:50000/shop:user=app;password=%s;`, `{"url":"jdbc:mariadb://db/shop?user=root&password=%s"}`, `jdbc:snowflake://x.example.com/?user=u&password=%s&db=D`}},
	{"mongodb URL", chosen, []string{`MongoServerError: bad auth mongodb+srv://app:%s@c0.example.net/shop?retryWrites=true`, `{"uri":"mongodb://u:%s@h1:27017,h2:27017/?replicaSet=rs0"}`, `MONGO_URL=mongodb+srv://svc:%s@c{d}.example.net`, `pymongo.errors.OperationFailure mongodb://root:%s@localhost:27017/admin`}},
	{"amqp URL", chosen, []string{`dial amqp://guest:%s@mq:5672/: refused`, `{"broker":"amqps://svc:%s@mq.example.com/vh"}`, `kombu.exceptions.OperationalError amqp://celery:%s@10.0.0.{d}//`, `BROKER_URL=pyamqp://u:%s@mq//`}},
	{"redis URL", plain, []string{`redis://:%s@cache:6379/0 timed out`, `{"url":"rediss://:%s@cache.example.com:6380"}`, `REDIS_URL=redis://%s@cache:6379`, `celery redis://default:%s@cache/1`, `Error: connect redis:\/\/:%s@cache\/0`}},
	{"database URL with odd characters", func(r *rand.Rand) string {
		return w6(r) + pick(r, "@", "/", "#", "?", "@/", "#@") + chars(r, lower, 6)
	}, []string{`postgres://app:%s@db.internal:5432/orders refused`, `{"url":"mysql://root:%s@db/shop"}`, `DATABASE_URL=postgresql://app:%s@db:5432/shop`}},
	{"sshpass", chosen, []string{`exec: sshpass -p %s ssh deploy@build`, `+ sshpass -p%s scp x.tar host:/srv`, `Error: Command failed: sshpass -p '%s' rsync -a . host:`, `subprocess.CalledProcessError: Command '['sshpass', '-p', '%s', 'ssh', 'h']' returned non-zero exit status {d}.`,
		`{"cmd":["/usr/bin/sshpass","-p","%s","ssh","h"],"rc":{d}}`}},
	{"mysqldump", chosen, []string{`exit status 2: mysqldump -u root -p%s shop`, `sh -c "mysqldump -h db -uroot -p'%s' shop > /tmp/x.sql"`, `{"argv":["mysqldump","-uroot","-p%s","shop"]}`, `mysql --user=app --password=%s -e 'select 1' failed`, `Command '/usr/bin/mysqldump -p%s --all' failed`,
		`mariadb-dump -uapp -p%s shop: exit {d}`}},
	{"docker login", chosen, []string{`docker login -u ci -p %s registry.example.com: exit {d}`, `Error: Command failed: docker login --username ci --password %s`, `{"command":"podman login -u ci -p '%s' quay.example"}`, `helm registry login r.example -u ci -p %s`, `['docker', 'login', '-u', 'ci', '-p', '%s', 'r.example']`, `az login --service-principal -u x -p %s --tenant t`}},
	{"redis-cli", chosen, []string{`redis-cli -h cache -a %s ping: exit {d}`, `{"cmd":"redis-cli --pass %s info"}`, `sh: redis-cli -a '%s' --tls`, `["redis-cli","-a","%s","FLUSHALL"]`}},
	{"ldapsearch", chosen, []string{`ldapsearch -x -D cn=admin,dc=x -w %s -b dc=x`, `exit status 49: ldapadd -D "cn=admin" -w '%s' -f x.ldif`, `['ldapmodify', '-w', '%s', '-H', 'ldap://h']`, `ldapwhoami -D u -w %s failed with {n}`}},
	{"curl user", plain, []string{`{"cmd":"curl https://h.example"}` + "\n" + `{"cmd":"curl --user 'ci:%s' https://h.example"}`, `curl -u admin:%s https://api.example.com/x failed`, `{"cmd":"curl -fsS --user 'ci:%s' https://h.example"}`, `+ curl -sSf -uci:%s https://h.example/{n}`, `['curl', '-u', 'bob:%s', 'https://h']`, `curl --proxy-user p:%s https://h`}},
	{"other command", chosen, []string{`mongodump -u root -p %s --db shop exited {d}`, `sqlcmd -S db -U sa -P %s -Q "select 1"`, `keytool -list -keystore k.jks -storepass %s`, `openssl rsa -in k.pem -passin pass:%s`, `zip -P %s out.zip a.txt`, `7z x -p%s out.7z`, `snmpwalk -v2c -c %s 10.0.0.{d}`,
		`ipmitool -H bmc -U admin -P %s chassis status`, `deploy --db-password %s --verbose`, `tool -password %s`, `psexec -u admin -p %s cmd`, `cqlsh -u cass -p %s node1`}},
	{"IDENTIFIED BY", chosen, []string{`ERROR 1396: Operation CREATE USER failed: CREATE USER 'app'@'%%' IDENTIFIED BY '%s'`, `{"query":"ALTER USER app IDENTIFIED BY '%s' ACCOUNT UNLOCK"}`, `ORA-00988: create user hr identified by %s default tablespace x`, `# Query_time: {n} GRANT ALL ON *.* TO 'a' IDENTIFIED BY "%s";`,
		`CREATE USER u IDENTIFIED WITH mysql_native_password BY '%s'`}},
	{"SQL password", chosen, []string{`ERROR: syntax error in STATEMENT: CREATE ROLE app LOGIN PASSWORD '%s'`, `ALTER USER app WITH ENCRYPTED PASSWORD '%s' failed`, `CREATE LOGIN app WITH PASSWORD = N'%s', CHECK_POLICY = OFF`, `SET PASSWORD FOR 'app'@'h' = PASSWORD('%s')`, `UPDATE users SET password='%s' WHERE id={n}`,
		`SELECT * FROM users WHERE email='x' AND password = '%s'`}},
	{"SQL insert", chosen, []string{`Duplicate entry: INSERT INTO users (id, name, password, role) VALUES ({n}, 'bob', '%s', 'admin')`, "SQLSTATE[23000] (SQL: insert into `users` (`email`, `password`) values ('x', '%s'))", `{"sql":"INSERT INTO \"users\" (\"login\",\"api_token\") VALUES ('bob','%s')"}`}},
	{"WS-Security", chosen, []string{`<wsse:UsernameToken><wsse:Username>bob</wsse:Username><wsse:Password Type="http://x#PasswordText">%s</wsse:Password>`, `<Password><![CDATA[%s]]></Password>`, `<UsernameToken Username="bob" Password="%s"/>`, `SOAP fault: &lt;wsse:Password&gt;%s&lt;/wsse:Password&gt;`,
		`{"body":"<wsse:Password Type=\"t\">%s</wsse:Password>"}`, `{"body":"\u003cns:Password\u003e%s\u003c/ns:Password\u003e"}`, "<Login>\n  <userPassword>\n    %s\n  </userPassword>\n</Login>", `<soap:Header><o:BinarySecurityToken ValueType="X">%s</o:BinarySecurityToken>`}},
	{"multipart field", chosen, []string{"--b0\nContent-Disposition: form-data; name=\"password\"\n\n%s\n--b0--", "body: --b0\r\nContent-Disposition: form-data; name=\"user_password\"\r\n\r\n%s\r\n--b0--", `{"body":"--b\r\nContent-Disposition: form-data; name=\"secret\"\r\nContent-Type: text/plain\r\n\r\n%s\r\n--b--"}`}},
	{"PHP argument", chosen, []string{"PHP Fatal error:  Uncaught PDOException: denied in /srv/db.php:{n}\nStack trace:\n#0 /srv/app/Db.php(12): PDO->__construct('mysql:host=db;d...', 'forge', '%s', Array)\n#1 {main}", "#3 /srv/a.php({n}): mysqli_connect('db-1', 'root', '%s')\n#4 /srv/b.php(3): App\\Kernel->handle(Object(Request))",
		`{"trace":"#0 \/srv\/a.php(7): App\\Auth->login('jane', '%s')\n#1 {main}"}`, "#1 [internal function]: Auth::check('%s', true)", "PHP   3. PDO->__construct($dsn = 'mysql:host=x', $username = 'forge', $password = '%s') /srv/db.php:{n}", "#0 phar:///srv/my app.phar/x.php(5): ldap_bind(Resource id #3, 'cn=x', '%s')"}},
	{"Elixir argument", chosen, []string{"** (FunctionClauseError) no function clause matching in Auth.login/2\n    (auth 0.1.0) lib/auth.ex:5: Auth.login(\"jane\", \"%s\")\n    (auth 0.1.0) lib/web.ex:{n}: Web.call/2", "    The following arguments were given to Auth.login/2:\n    \n        # 1\n        \"jane\"\n    \n        # 2\n        \"%s\"\n",
		"[error] GenServer Auth terminating\nLast message: {:login, \"jane\", \"%s\"}\nState: %%{}", "** (MatchError) no match of right hand side value: {:ok, \"%s\"}", "** (CaseClauseError) no case clause matching: {\"jane\", \"%s\"}",
		`{"error":"** (UndefinedFunctionError)\n    (stdlib 4.0) :ldap.bind(\"cn\", \"%s\")"}`, "[{auth,login,[\"jane\",\"%s\"],[{file,\"src/auth.erl\"},{line,{n}}]}"}},
	{"Ruby value", chosen, []string{`app.rb:3:in 'Integer': invalid value for Integer(): "%s" (ArgumentError)`, `lib/auth.rb:{n}:in 'login': {user: "jane", pw: "%s"} (NoMatchingPatternError)`, `NoMethodError: undefined method 'foo' for #<Auth:0x00 @user="jane", @password="%s">`, `KeyError: key not found in {"password" => "%s", "n" => {n}}`,
		`ArgumentError: bad {user: "jane", password: "%s"}`, `NoMethodError (undefined method 'x' for "%s":String)`}},
	{"Perl argument", chosen, []string{"denied at x.pl line 3.\n\tAuth::login(\"jane\", \"%s\") called at app.pl line {n}\n\tmain::run() called at app.pl line 3", "\tDBI::connect('DBI', 'dbi:mysql:x', 'root', '%s') called at db.pl line {n}"}},
	{"locals of rich", chosen, []string{"╭──── locals ────╮\n│ password = '%s' │\n│     user = 'jane' │\n╰────────────────╯", "│ │      args = ('jane', '%s') │ │\n│ │ n = {n} │ │", "│ conf = {'user': 'jane', 'x': '%s'} │"}},
	{"locals of loguru", chosen, []string{"  File \"app.py\", line {n}, in login\n    check(user, word)\n    │     │     └ '%s'\n    │     └ 'jane'\n    └ <function check at 0x7f00>", "    └ Login(user='jane', word='%s')", "    │    └ ['a', '%s']"}},
	{"name and value", chosen, []string{`{"name":"DB_PASSWORD","value":"%s"}`, `{"environment":[{"name":"PORT","value":"{n}"},{"name":"API_SECRET","value":"%s"}]}`, `{"value":"%s","name":"DB_PASSWORD"}`, `{"ParameterKey":"DbPassword","ParameterValue":"%s"}`, `"{\"name\":\"DB_PASSWORD\",\"value\":\"%s\"}"`,
		`{'Key': 'Password', 'Value': '%s'}`, `Name=DB_PASSWORD,Value=%s`, `[{"key": "auth_token", "type": "text", "value": "%s"}]`, `{Name:DB_PASSWORD Value:%s}`, `{"headers":[{"name":"X-Api-Key","value":"%s"}]}`, `{"msg":"Invalid value","param":"password","value":"%s"}`,
		`{"DB_PASSWORD":{"S":"%s"}}`, `{"password":["%s"]}`, `{"name": "client_secret", "in": "form", "value": "%s"}`}},
	{"HAR cookie and header", base62s(26), []string{`{"cookies":[{"name":"sessionid","value":"%s"}]}`, `{"name":"Authorization","value":"Bearer %s"}`, `{"name":"Cookie","value":"theme=dark; sid=%s"}`, `rawHeaders: [ 'Host', 'x.example', 'Authorization', 'Bearer %s' ]`, `(b'authorization', b'Bearer %s')`}},
	{"XML setting", chosen, []string{`<add key="DbPassword" value="%s"/>`, `<property name="password" value="%s"/>`, `<property name="hibernate.connection.password">%s</property>`, `<entry key="db.password">%s</entry>`, `<string name="api_secret">%s</string>`, `<Name>DbPassword</Name><Value>%s</Value>`,
		`<key>Password</key><string>%s</string>`, `{"xml":"<add key=\"DbPassword\" value=\"%s\" />"}`, `<input type="password" name="pw" value="%s">`}},
	{"YAML pair", chosen, []string{"env:\n  - name: PORT\n    value: \"{n}\"\n  - name: DB_PASSWORD\n    value: %s\n", "- name: DB_PASSWORD\n  value: \"%s\"\n- name: X\n  value: y", `{"spec":"- name: API_SECRET\n  value: %s\n"}`, "db:\n  password: %s\n  port: {n}", "env:\n- value: %s\n  name: X_TOKEN_SECRET"}},
	{"table", chosen, []string{"| DB_PASSWORD | %s |\n| PORT | {n} |", " id | login | password\n----+-------+---------\n  1 | bob | %s\n(1 row)", "+----+----------+\n| id | password |\n+----+----------+\n|  1 | %s |\n+----+----------+", "| Name | Value |\n|---|---|\n| api_secret | %s |", "│ password │ %s │", "DB_PASSWORD => %s"}},
	{"environment dump", chosen, []string{"PATH=/bin\nDB_PASSWORD=%s\nHOME=/root", "export DB_PASSWORD='%s'", `declare -x API_SECRET="%s"`, `environ({'HOME': '/', 'DB_PASSWORD': '%s'})`, `$env:DB_PASSWORD = "%s"`, `ENV["DB_PASSWORD"] = "%s"`, `docker run -e DB_PASSWORD=%s app`, `define('DB_PASSWORD', '%s');`, `set DB_PASSWORD=%s`, `System.setProperty("db.password", "%s")`,
		`DB_PASSWORD_OLD=%s`, `SECRET_KEY_BASE=%s`, `PASSWORD2=%s`, `password_confirmation=%s`}},
	{"literal", chosen, []string{`%%{user: "jane", password: "%s"}`, `{:password, "%s"}`, `[{password,<<"%s">>}]`, `{:password "%s"}`, `Login { user: "bob", password: Some("%s") }`, `Credentials(user=bob, password=%s)`, `map[password:%s user:bob]`, `setPassword("%s")`, `Optional(password: "%s")`, `password := "%s"`, `{"password" => "%s"}`}},
	{"password with separators", func(r *rand.Rand) string {
		return w6(r) + pick(r, ",", "&", ";", "'", "\"") + chars(r, lower, 3) + of(r, "##")
	}, []string{`password=%s attempt={n}`, `level=error db_password=%s n={n}`, `the password: %s`}},
}

func init() {
	for i := range positions {
		for j, line := range positions[i].lines {
			positions[i].lines[j] = strings.ReplaceAll(line, "{d}", fmt.Sprint(1+(i*7+j*3)%9))
		}
	}
}
