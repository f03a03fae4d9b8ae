package dev.throughline.bench;

import dev.throughline.channel.Channel;
import dev.throughline.channel.Channel.Composed;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** One message of the contract into LINE's JSON: what one send costs before it is sent. */
@State(Scope.Thread)
public class LineRenderBenchmark {
  /** The checkout, in which the golden files lie. */
  @Param("")
  public String root = "";

  @Param(LineInputs.MIX)
  public String kind = "";

  private Channel channel = LineInputs.channel();
  private List<Composed> messages = List.of();
  private int next;

  @Setup
  public void load() {
    channel = LineInputs.channel();
    messages = List.copyOf(LineInputs.messages(Path.of(root)).getOrDefault(kind, List.of()));
  }

  /** Messages in turn. */
  @Benchmark
  public Channel.Rendered render(CpuTime cpu) {
    cpu.operations++;
    int index = next;
    next = index + 1 == messages.size() ? 0 : index + 1;
    return channel.render(messages.get(index));
  }
}
