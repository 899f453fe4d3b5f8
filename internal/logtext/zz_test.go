package logtext
import ("testing";"os";"strings";"path/filepath";"fmt";"github.com/org/errmon-action/internal/event")
func TestZZ(t *testing.T){
 files,_:=filepath.Glob("../../examples/logs/*.log")
 for _,f:=range files { data,_:=os.ReadFile(f)
  var rs []event.Record
  for _,l:=range strings.Split(string(data),"\n"){ rs=append(rs,event.Record{Stream:f,Text:l})}
  evs:=frameAll(rs)
  fmt.Println("==",filepath.Base(f),len(rs),len(evs))
  for _,e:=range evs { if e.Level>=event.Error || e.Level==event.Unknown { fmt.Printf("%v|%v|%s|%s|msg=%.150q|stack=%.120q n=%d\n",e.Level,e.Time.Format("15:04:05"),e.Logger,e.Service,e.Message,e.Stack,strings.Count(e.Stack,"\n")) } }
 }
}
