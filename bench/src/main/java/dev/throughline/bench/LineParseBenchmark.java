package dev.throughline.bench;

import dev.throughline.channel.Channel;
import dev.throughline.message.Bytes;
import java.nio.file.Path;
import java.util.List;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The bytes of one webhook into its events, which the fold does for each entry. */
@State(Scope.Thread)
public class LineParseBenchmark {
  /** The checkout, in which the golden files lie. */
  @Param("")
  public String root = "";

  @Param(LineInputs.MIX)
  public String kind = "";

  private Channel channel = LineInputs.channel();
  private List<Bytes> bodies = List.of();
  private int next;

  @Setup
  public void load() {
    channel = LineInputs.channel();
    bodies = List.copyOf(LineInputs.webhooks(Path.of(root)).getOrDefault(kind, List.of()));
  }

  /** Bodies in turn. */
  @Benchmark
  public Channel.ParsedWebhook parse(CpuTime cpu) {
    cpu.operations++;
    int index = next;
    next = index + 1 == bodies.size() ? 0 : index + 1;
    return channel.parse(bodies.get(index));
  }
}
