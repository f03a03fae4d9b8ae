package dev.throughline.ledger;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.regex.Pattern;
import java.util.zip.CRC32;

/**
 * A zip file of which exactly one spelling exists for given names and contents: nothing compressed,
 * no time stamps, comments or extra fields. Any unzip program reads it. Reading writes it again and
 * compares, so no bit of the container can be changed or hide a second content (two directories
 * that disagree are the classic way to show one thing and check another), and nothing inflates.
 */
final class StoredZip {
  private static final int LOCAL_HEADER = 0x04034b50;
  private static final int DIRECTORY_HEADER = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int LOCAL_HEADER_BYTES = 30;
  private static final int DIRECTORY_HEADER_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final short VERSION_1_0 = 10;
  private static final short STORED = 0;
  private static final short JANUARY_1_1980 = 1 << 5 | 1;
  private static final int MAX_NAME_LENGTH = 100;
  private static final Pattern NAME = Pattern.compile("[a-z0-9.-]+(/[a-z0-9.-]+)*");

  /** What the count field of a zip file can say. */
  static final int MAX_FILES = 0xffff;

  private StoredZip() {}

  static byte[] write(SequencedMap<String, Bytes> files) {
    if (files.size() > MAX_FILES) {
      throw new RefusedException("A zip file holds at most " + MAX_FILES + " files.");
    }
    long length = END_BYTES;
    for (Map.Entry<String, Bytes> file : files.entrySet()) {
      length += LOCAL_HEADER_BYTES + DIRECTORY_HEADER_BYTES;
      length += 2L * file.getKey().length() + file.getValue().length();
    }
    ByteBuffer zip = ByteBuffer.allocate(Math.toIntExact(length)).order(ByteOrder.LITTLE_ENDIAN);
    int[] offsets = new int[files.size()];
    int count = 0;
    for (Map.Entry<String, Bytes> file : files.entrySet()) {
      offsets[count++] = zip.position();
      zip.putInt(LOCAL_HEADER);
      putCommonHeader(zip, file);
      zip.put(Wire.ascii(file.getKey())).put(file.getValue().shared());
    }
    int directory = zip.position();
    count = 0;
    for (Map.Entry<String, Bytes> file : files.entrySet()) {
      zip.putInt(DIRECTORY_HEADER).putShort(VERSION_1_0);
      putCommonHeader(zip, file);
      zip.putShort((short) 0).putShort((short) 0).putShort((short) 0).putInt(0); // no comment, …
      zip.putInt(offsets[count++]).put(Wire.ascii(file.getKey()));
    }
    int end = zip.position();
    zip.putInt(END).putShort((short) 0).putShort((short) 0);
    zip.putShort((short) count).putShort((short) count);
    zip.putInt(end - directory).putInt(directory).putShort((short) 0);
    return zip.array();
  }

  /** From "version needed" to "extra field length", which both headers have alike. */
  private static void putCommonHeader(ByteBuffer zip, Map.Entry<String, Bytes> file) {
    byte[] content = file.getValue().shared();
    CRC32 crc = new CRC32();
    crc.update(content);
    zip.putShort(VERSION_1_0).putShort((short) 0).putShort(STORED);
    zip.putShort((short) 0).putShort(JANUARY_1_1980);
    zip.putInt((int) crc.getValue()).putInt(content.length).putInt(content.length);
    zip.putShort((short) file.getKey().length()).putShort((short) 0);
  }

  /** Refuses whatever {@link #write} would not have written, to the byte. */
  static SequencedMap<String, Bytes> read(byte[] zip) {
    SequencedMap<String, Bytes> files = new LinkedHashMap<>();
    ByteBuffer rest = ByteBuffer.wrap(zip).order(ByteOrder.LITTLE_ENDIAN);
    while (rest.remaining() >= LOCAL_HEADER_BYTES && rest.getInt(rest.position()) == LOCAL_HEADER) {
      int header = rest.position();
      if (rest.getShort(header + 8) != STORED) {
        throw new RefusedException("The zip file holds compressed files; receipts hold none.");
      }
      int length = rest.getInt(header + 22);
      int nameLength = Short.toUnsignedInt(rest.getShort(header + 26));
      rest.position(header + LOCAL_HEADER_BYTES);
      if (nameLength > MAX_NAME_LENGTH
          || length < 0
          || length > rest.remaining() - nameLength
          || files.size() == MAX_FILES) {
        throw new RefusedException("The zip file is cut off or not as receipts are written.");
      }
      byte[] name = new byte[nameLength];
      rest.get(name);
      Bytes content = Bytes.copyOf(zip, rest.position(), length);
      rest.position(rest.position() + length);
      if (files.put(fileName(name), content) != null) {
        throw new RefusedException("The zip file holds two files of one name.");
      }
    }
    if (!Arrays.equals(write(files), zip)) {
      throw new RefusedException(
          "The zip file was changed or packed anew; unpack it and check the folder instead.");
    }
    return files;
  }

  private static String fileName(byte[] bytes) {
    String name = Wire.text("A file name in the zip file", bytes);
    if (!NAME.matcher(name).matches() || name.contains("..")) {
      throw new RefusedException("The zip file holds a file whose name no receipt has.");
    }
    return name;
  }
}
