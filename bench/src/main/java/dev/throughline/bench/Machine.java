package dev.throughline.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where the numbers come from. {@code loadAverage} is the one before the run: well above 0 means
 * that others were at work, and then only ratios are worth reading.
 */
record Machine(
    int cores, long memoryBytes, String processor, String kernel, String jdk, double loadAverage) {

  static Machine here() {
    return new Machine(
        Runtime.getRuntime().availableProcessors(),
        number(line("/proc/meminfo", "MemTotal")) * 1024,
        line("/proc/cpuinfo", "model name").replaceFirst("^[^:]*:\\s*", ""),
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("java.vendor.version", "") + " " + Runtime.version(),
        ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
  }

  /** The file system's type, such as {@code ext4} or {@code tmpfs}. */
  static String fileSystem(Path directory) throws IOException {
    return Files.getFileStore(directory).type();
  }

  /** A file system that forgets at power-off makes a durable number a lie. */
  static boolean inMemory(String fileSystem) {
    return fileSystem.equals("tmpfs") || fileSystem.equals("ramfs");
  }

  private static String line(String file, String start) {
    try {
      return Files.readAllLines(Path.of(file)).stream()
          .filter(line -> line.startsWith(start))
          .findFirst()
          .orElse("");
    } catch (IOException e) {
      return "";
    }
  }

  private static long number(String line) {
    String digits = line.replaceAll("\\D", "");
    return digits.isEmpty() ? 0 : Long.parseLong(digits);
  }
}
