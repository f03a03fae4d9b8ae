package dev.throughline.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Only what is surely ours is stopped, and only a server that is surely ready is used. */
class ProcessRecognitionTest {
  private static final ClusterProcesses PROCESSES = new ClusterProcesses("throughline-0a1b", 101);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/x/bin/postgres -D /proc/self/cwd -c cluster_name=throughline-0a1b -c port=1",
        "/x/bin/postgres -c cluster_name=throughline-0a1b"
      })
  void knowsTheServer(String commandLine) {
    assertThat(PROCESSES.recognise(7, commandLine)).contains(new ClusterProcesses.Found(7, true));
  }

  @Test
  void knowsItsChildren() {
    assertThat(PROCESSES.recognise(7, "postgres: throughline-0a1b: checkpointer      "))
        .contains(new ClusterProcesses.Found(7, false));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "postgres",
        "/x/bin/postgres -D /var/lib/postgresql/15/main",
        "/x/bin/postgres -c cluster_name=throughline-0a1bc",
        "/bin/grep cluster_name=throughline-0a1b ",
        "postgres: throughline-0a1bc: checkpointer",
        "postgres: checkpointer",
        "vi postgres: throughline-0a1b: checkpointer"
      })
  void leavesStrangersAlone(String commandLine) {
    assertThat(PROCESSES.recognise(7, commandLine)).isEmpty();
  }

  @Test
  void isReadyOnlyByTheEighthLine() {
    List<String> starting = List.of("42", "/d", "1", "5432", "", "127.0.0.1", "1 1", "starting");
    List<String> ready = List.of("42", "/d", "1", "5432", "", "127.0.0.1", "1 1", "ready   ");
    assertThat(PostmasterFile.parse(starting)).contains(new PostmasterFile(42, false));
    assertThat(PostmasterFile.parse(ready)).contains(new PostmasterFile(42, true));
    assertThat(PostmasterFile.parse(ready.subList(0, 7))).contains(new PostmasterFile(42, false));
    assertThat(PostmasterFile.parse(List.of("-42"))).contains(new PostmasterFile(42, false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "x", "4 2", "99999999999999999999"})
  void aFileThatIsNotCompleteIsNoAnswer(String firstLine) {
    assertThat(PostmasterFile.parse(List.of(firstLine))).isEmpty();
    assertThat(PostmasterFile.parse(List.of())).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "postgres:x:101:104:PostgreSQL administrator:/var/lib/postgresql:/bin/bash, 101, 104",
    "nobody:x:65534:65534::/:, 65534, 65534"
  })
  void readsAccounts(String line, long uid, long gid) {
    Optional<RunAs.Account> account = RunAs.Account.parse(line);
    assertThat(account).isPresent();
    assertThat(account.get().uid()).isEqualTo(uid);
    assertThat(account.get().gid()).isEqualTo(gid);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "+", "# comment", "a:b:c:d", "a:x:1"})
  void skipsLinesThatAreNoAccounts(String line) {
    assertThat(RunAs.Account.parse(line)).isEmpty();
  }
}
