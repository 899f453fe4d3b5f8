import java.util.ArrayList;
import java.util.List;

/** Writes where it must not, or fills the heap. */
public class Fault {
    public static void main(String[] args) throws Exception {
        List<long[]> orders = new ArrayList<>();
        while (args.length > 0) {
            orders.add(new long[1_000_000]);
        }
        var unsafe = sun.misc.Unsafe.class.getDeclaredField("theUnsafe");
        unsafe.setAccessible(true);
        ((sun.misc.Unsafe) unsafe.get(null)).putAddress(0, 1);
    }
}
