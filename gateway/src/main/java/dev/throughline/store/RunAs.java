package dev.throughline.store;

import com.sun.security.auth.module.UnixSystem;
import dev.throughline.store.StoreUnusable.Code;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Who runs PostgreSQL, and the words put before its commands. PostgreSQL refuses root, so root
 * hands it to an account that has no rights; anybody else runs it as themselves.
 *
 * @param switched whether that is another account than ours, so that folders must change owner
 * @param become becomes the account; empty when it is ours
 * @param attend the same for the server itself: a session of its own, so that a Ctrl-C meant for us
 *     does not stop it under us, and a SIGINT (clean, fast shutdown) when we die
 */
record RunAs(long uid, long gid, boolean switched, List<String> become, List<String> attend) {
  /** In this order: an account made for us, the distribution's, and the one everybody has. */
  private static final List<String> CANDIDATES = List.of("throughline", "postgres", "nobody");

  private static final Path PASSWD = Path.of("/etc/passwd");

  RunAs {
    become = List.copyOf(become);
    attend = List.copyOf(attend);
  }

  /** One line of {@code /etc/passwd}. */
  record Account(String name, long uid, long gid) {
    static Optional<Account> parse(String line) {
      String[] fields = line.split(":", -1);
      if (fields.length < 4) {
        return Optional.empty();
      }
      try {
        return Optional.of(
            new Account(fields[0], Long.parseLong(fields[2]), Long.parseLong(fields[3])));
      } catch (NumberFormatException e) {
        return Optional.empty();
      }
    }
  }

  /**
   * @param cluster the data of PostgreSQL; if it exists already, its owner goes on running it
   */
  static RunAs choose(Platform platform, Path cluster) throws IOException {
    UnixSystem we = new UnixSystem();
    Optional<Path> setsid = platform.program("setsid");
    Optional<Path> setpriv = platform.isLinux() ? platform.program("setpriv") : Optional.empty();
    if (we.getUid() != 0) {
      return ordinary(we, setsid, setpriv, cluster);
    }
    if (setpriv.isEmpty()) {
      throw StoreUnusable.embedded(
          Code.STORE_ACCOUNT_MISSING,
          "PostgreSQL does not run as root, and there is no setpriv to run it as another account:"
              + " install util-linux, or start as an ordinary user.",
          null);
    }
    Account account = account(cluster);
    List<String> become =
        List.of(
            setpriv.get().toString(),
            "--reuid=" + account.uid(),
            "--regid=" + account.gid(),
            "--clear-groups");
    List<String> attend = new ArrayList<>();
    setsid.ifPresent(program -> attend.add(program.toString()));
    attend.addAll(become);
    attend.add("--pdeathsig=INT");
    return new RunAs(account.uid(), account.gid(), true, become, attend);
  }

  private static RunAs ordinary(
      UnixSystem we, Optional<Path> setsid, Optional<Path> setpriv, Path cluster)
      throws IOException {
    if (Files.exists(cluster) && Folders.owner(cluster) != we.getUid()) {
      throw new StoreUnusable(
          Code.STORE_FOLDER_UNUSABLE,
          cluster
              + " belongs to user id "
              + Folders.owner(cluster)
              + ", and this process runs as "
              + we.getUid()
              + ": start as the user who started it first (root, if that was root), or use another"
              + " directory with --data.");
    }
    List<String> attend = new ArrayList<>();
    setsid.ifPresent(program -> attend.add(program.toString()));
    setpriv.ifPresent(program -> attend.addAll(List.of(program.toString(), "--pdeathsig=INT")));
    return new RunAs(we.getUid(), we.getGid(), false, List.of(), attend);
  }

  private static Account account(Path cluster) throws IOException {
    List<Account> accounts =
        Files.readAllLines(PASSWD).stream().flatMap(line -> Account.parse(line).stream()).toList();
    if (Files.exists(cluster)) {
      long owner = Folders.owner(cluster);
      return accounts.stream()
          .filter(account -> account.uid() == owner && owner != 0)
          .findFirst()
          .orElseThrow(() ->
              StoreUnusable.embedded(
                  Code.STORE_ACCOUNT_MISSING,
                  cluster
                      + " belongs to user id "
                      + owner
                      + ", which cannot run PostgreSQL here: give the folder to an ordinary"
                      + " account that /etc/passwd lists (chown -R).",
                  null));
    }
    for (String name : CANDIDATES) {
      for (Account account : accounts) {
        if (account.name().equals(name) && account.uid() != 0) {
          return account;
        }
      }
    }
    throw StoreUnusable.embedded(
        Code.STORE_ACCOUNT_MISSING,
        "PostgreSQL does not run as root, and /etc/passwd has none of the accounts "
            + CANDIDATES
            + ": add one (useradd --system throughline), or start as an ordinary user.",
        null);
  }
}
