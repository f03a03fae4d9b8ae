package dev.throughline.bench;

import java.time.Duration;
import org.openjdk.jmh.annotations.AuxCounters;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/**
 * What a benchmark's JVM took of the processor, its collector and compiler included: on a machine
 * that does other work too, a rate by the clock says how busy the others are.
 */
@State(Scope.Thread)
@AuxCounters(AuxCounters.Type.EVENTS)
public class CpuTime {
  public long operations;
  public long cpuNanos;

  private long before;

  @Setup(Level.Iteration)
  public void start() {
    operations = 0;
    before = taken();
  }

  @TearDown(Level.Iteration)
  public void stop() {
    cpuNanos = taken() - before;
  }

  private static long taken() {
    return ProcessHandle.current().info().totalCpuDuration().orElse(Duration.ZERO).toNanos();
  }
}
