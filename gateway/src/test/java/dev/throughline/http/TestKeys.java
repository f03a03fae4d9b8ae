package dev.throughline.http;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * A key with its self-signed certificate, made by the JDK's own keytool: once in a JVM for each
 * description, since that takes a second.
 *
 * @param store has them, as {@code test}, under {@link #PASSWORD}
 */
public record TestKeys(KeyStore store) {
  public static final String PASSWORD = "changeit";

  private static final String ALIAS = "test";
  private static final Map<List<String>, TestKeys> MADE = new ConcurrentHashMap<>();

  /**
   * @param description how keytool is told what it shall be, such as {@code -keyalg EC -dname
   *     CN=me}
   */
  public static TestKeys of(List<String> description) {
    return MADE.computeIfAbsent(List.copyOf(description), TestKeys::make);
  }

  private static TestKeys make(List<String> description) {
    try {
      Path folder = Files.createTempDirectory("throughline-keys-");
      Path file = folder.resolve("keys.p12");
      List<String> command = new ArrayList<>();
      command.add(Path.of(System.getProperty("java.home"), "bin", "keytool").toString());
      command.addAll(List.of("-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"));
      command.addAll(List.of("-genkeypair", "-alias", ALIAS, "-keystore", file.toString()));
      command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
      command.addAll(description);
      Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
      if (!keytool.waitFor(2, TimeUnit.MINUTES) || keytool.exitValue() != 0) {
        throw new IOException("keytool failed");
      }
      KeyStore store = KeyStore.getInstance(file.toFile(), PASSWORD.toCharArray());
      Files.delete(file);
      Files.delete(folder);
      return new TestKeys(store);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  public PrivateKey key() throws GeneralSecurityException {
    Key key = store.getKey(ALIAS, PASSWORD.toCharArray());
    return (PrivateKey) key;
  }

  public Certificate certificate() throws GeneralSecurityException {
    return store.getCertificate(ALIAS);
  }
}
