package dev.throughline.ledger;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Objects;
import java.util.SequencedMap;
import java.util.stream.Stream;

/**
 * Everything that proves one message, in one file: each entry of it, the proof that the entry is in
 * the ledger, and of each part that its reader may see the bytes and the proof that the entry
 * committed to them. A receipt that was read is well-formed; whether it is true, {@link
 * ReceiptVerifier} says.
 *
 * <p>As a zip file, or unpacked as a folder, it has {@code receipt.txt} and for the n-th entry
 * {@code <nnnn>/entry.txt}, {@code <nnnn>/entry.tlog-proof}, and for each part {@code
 * <nnnn>/part-<i>.bytes} and {@code <nnnn>/part-<i>.proof}.
 */
public record Receipt(List<Item> items) {
  public static final int MAX_BYTES = 64 << 20;
  public static final int MAX_ENTRIES = 1_000;
  public static final int MAX_PARTS = 20_000;

  static final String TITLE_FILE = "receipt.txt";
  private static final String TITLE =
      """
      throughline-receipt/v1
      One folder for each entry: the entry, its proof, and the parts it committed to.
      """;
  private static final String PART_PROOF = "throughline-part-proof/v1";

  public Receipt {
    items = List.copyOf(items);
    int parts = items.stream().mapToInt(item -> item.parts().size()).sum();
    if (items.isEmpty() || items.size() > MAX_ENTRIES || parts > MAX_PARTS) {
      throw new RefusedException(
          "A receipt has 1 to %d entries and at most %d parts, not %d and %d."
              .formatted(MAX_ENTRIES, MAX_PARTS, items.size(), parts));
    }
  }

  /**
   * One entry of the message.
   *
   * @param parts those that are disclosed, in ascending order of their index
   */
  public record Item(Entry entry, TlogProof proof, List<Part> parts) {
    public Item {
      parts = List.copyOf(parts);
      for (int i = 1; i < parts.size(); i++) {
        if (parts.get(i - 1).index() >= parts.get(i).index()) {
          throw new RefusedException("The parts of an entry are in ascending order, each once.");
        }
      }
    }
  }

  /**
   * One disclosed part of an entry.
   *
   * @param index among all parts of the entry, from 0
   * @param r the 32 random bytes of its commitment
   * @param hashes the inclusion proof of its leaf among the entry's part leaves
   */
  public record Part(int index, Bytes bytes, Bytes r, List<Hash> hashes) {
    public Part {
      if (index < 0 || r.length() != Commitment.R_BYTES) {
        throw new RefusedException("A part has an index from 0 and an r of exactly 32 bytes.");
      }
      hashes = List.copyOf(hashes);
    }
  }

  /** Writes the zip file; the same receipt always gives the same bytes. Does not close. */
  public void write(OutputStream out) throws IOException {
    byte[] zip = StoredZip.write(files());
    requireSize(zip.length);
    out.write(zip);
  }

  /** Reads a zip file of at most {@link #MAX_BYTES}. */
  public static Receipt read(InputStream in) throws IOException {
    byte[] zip = in.readNBytes(MAX_BYTES + 1);
    requireSize(zip.length);
    SequencedMap<String, Bytes> files = StoredZip.read(zip);
    Receipt receipt = of(files);
    if (!List.copyOf(files.keySet()).equals(List.copyOf(receipt.files().keySet()))) {
      throw new RefusedException("The files in the zip file are not in the order of a receipt.");
    }
    return receipt;
  }

  /** Reads a zip file, or a folder that one was unpacked to. */
  public static Receipt read(Path path) throws IOException {
    if (Files.isDirectory(path)) {
      return readFolder(path);
    }
    requireSize(Files.size(path));
    try (InputStream in = Files.newInputStream(path)) {
      return read(in);
    }
  }

  static String entryFile(int item) {
    return folder(item) + "entry.txt";
  }

  static String proofFile(int item) {
    return folder(item) + "entry.tlog-proof";
  }

  static String partFile(int item, Part part) {
    return partFile(item, part.index(), "bytes");
  }

  private static String partFile(int item, int index, String suffix) {
    return folder(item) + "part-" + index + "." + suffix;
  }

  private static String folder(int item) {
    return "%04d/".formatted(item + 1);
  }

  // ---- files

  private SequencedMap<String, Bytes> files() {
    SequencedMap<String, Bytes> files = new LinkedHashMap<>();
    files.put(TITLE_FILE, Bytes.copyOf(Wire.utf8(TITLE)));
    for (int i = 0; i < items.size(); i++) {
      Item item = items.get(i);
      files.put(entryFile(i), Bytes.copyOf(item.entry().encode()));
      files.put(proofFile(i), Bytes.copyOf(Wire.utf8(item.proof().encode())));
      for (Part part : item.parts()) {
        files.put(partFile(i, part), part.bytes());
        files.put(partFile(i, part.index(), "proof"), Bytes.copyOf(partProof(part)));
      }
    }
    return files;
  }

  private static byte[] partProof(Part part) {
    StringBuilder text = new StringBuilder(PART_PROOF);
    text.append("\nindex ").append(part.index());
    text.append("\nr ").append(Wire.base64(part.r().shared())).append('\n');
    for (Hash hash : part.hashes()) {
      text.append(hash.base64()).append('\n');
    }
    return Wire.utf8(text.toString());
  }

  /** The names tell which files there must be; whatever is missing or left over is refused. */
  private static Receipt of(SequencedMap<String, Bytes> files) {
    if (!Objects.equals(files.get(TITLE_FILE), Bytes.copyOf(Wire.utf8(TITLE)))) {
      throw new RefusedException(
          "This is no receipt of the version known here: receipt.txt is missing or other.");
    }
    List<Item> items = new ArrayList<>();
    for (int i = 0; files.containsKey(entryFile(i)); i++) {
      items.add(item(files, i));
    }
    Receipt receipt = new Receipt(items);
    SequencedMap<String, Bytes> known = receipt.files();
    for (String name : files.keySet()) {
      if (!Objects.equals(files.get(name), known.get(name))) {
        throw new RefusedException(name + ": this file does not belong into a receipt.");
      }
    }
    return receipt;
  }

  private static Item item(SequencedMap<String, Bytes> files, int item) {
    Entry entry = parse(files, entryFile(item), Entry::decode);
    TlogProof proof = parse(files, proofFile(item), TlogProof::decode);
    List<Part> parts = new ArrayList<>();
    for (String name : files.keySet()) {
      String start = folder(item) + "part-";
      if (name.startsWith(start) && name.endsWith(".bytes")) {
        String number = name.substring(start.length(), name.length() - ".bytes".length());
        int index = partIndex(name, number);
        Bytes bytes = parse(files, name, Bytes::copyOf);
        parts.add(parse(files, partFile(item, index, "proof"), text -> part(index, bytes, text)));
      }
    }
    parts.sort(Comparator.comparingInt(Part::index)); // names of a folder come in no useful order
    return new Item(entry, proof, parts);
  }

  private static int partIndex(String name, String number) {
    try {
      return Math.toIntExact(Wire.decimal("The number of the part", number));
    } catch (ArithmeticException | RefusedException malformed) {
      throw new RefusedException(name + ": the name does not tell which part this is.");
    }
  }

  private static Part part(int index, Bytes bytes, byte[] proof) {
    List<String> lines = Wire.lines("The proof", Wire.text("The proof", proof));
    if (lines.size() < 3
        || !lines.get(0).equals(PART_PROOF)
        || !lines.get(1).equals("index " + index)
        || !lines.get(2).startsWith("r ")) {
      throw new RefusedException(
          "The proof does not start with its three lines: version, index of the part, r.");
    }
    Bytes r = Bytes.copyOf(Wire.base64("r", lines.get(2).substring(2)));
    return new Part(index, bytes, r, Wire.hashes("The proof", lines.subList(3, lines.size())));
  }

  @FunctionalInterface
  private interface Parser<T> {
    T parse(byte[] bytes);
  }

  private static <T> T parse(SequencedMap<String, Bytes> files, String name, Parser<T> parser) {
    Bytes bytes = files.get(name);
    if (bytes == null) {
      throw new RefusedException(name + ": this file is missing.");
    }
    try {
      return parser.parse(bytes.shared());
    } catch (RefusedException refused) {
      throw new RefusedException(name + ": " + refused.getMessage());
    }
  }

  // ---- folders

  private static Receipt readFolder(Path folder) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(folder, 2)) {
      paths = walk.filter(Files::isRegularFile).limit(StoredZip.MAX_FILES + 1L).toList();
    } catch (UncheckedIOException failed) {
      throw failed.getCause();
    }
    if (paths.size() > StoredZip.MAX_FILES) {
      throw new RefusedException("The folder holds more files than a receipt can have.");
    }
    SequencedMap<String, Bytes> files = new LinkedHashMap<>();
    long total = 0;
    for (Path path : paths) {
      total += Files.size(path);
      requireSize(total);
      files.put(name(folder, path), Bytes.copyOf(Files.readAllBytes(path)));
    }
    return of(files);
  }

  private static String name(Path folder, Path path) {
    return folder.relativize(path).toString().replace('\\', '/');
  }

  private static void requireSize(long bytes) {
    if (bytes > MAX_BYTES) {
      throw new RefusedException("The receipt is longer than " + MAX_BYTES + " bytes.");
    }
  }
}
