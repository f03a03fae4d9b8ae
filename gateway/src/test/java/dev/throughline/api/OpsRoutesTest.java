package dev.throughline.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.throughline.api.ApiServer.Answer;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Projects and keys are made and revoked by who holds the administrator's token, and only so. */
class OpsRoutesTest {
  @AutoClose private static ApiServer api;
  private static final String[] ADMIN = {"Authorization", "Bearer " + ApiServer.ADMIN_TOKEN};

  @BeforeAll
  static void start() {
    api = ApiServer.start();
  }

  @Test
  void aProjectGetsKeysThatWorkUntilRevoked() {
    Answer project = api.ops("POST", "/admin/projects", "{\"display_name\":\"Shop\"}", ADMIN);
    assertThat(project.status()).isEqualTo(200);
    String id = project.text("/project_id");
    String keys = "/admin/projects/" + id + "/keys";

    Answer key = api.ops("POST", keys, "", ADMIN);

    assertThat(key.text("/key_secret")).hasSize(43);
    String basic = ApiServer.basic(key.text("/key_id"), key.text("/key_secret"));
    assertThat(apps(id, basic).body()).isEqualTo("{\"apps\":[]}");
    assertThat(api.ops("DELETE", keys + "/" + key.text("/key_id"), "", ADMIN).body())
        .isEqualTo("{}");
    assertThat(apps(id, basic).status()).isEqualTo(401);
    assertThat(api.ops("DELETE", keys + "/" + key.text("/key_id"), "", ADMIN).status())
        .isEqualTo(404);
  }

  @Test
  void anIdIsTakenOnce() {
    assertThat(api.ops("POST", "/admin/projects", "{\"id\":\"shop-1\"}", ADMIN).text("/project_id"))
        .isEqualTo("shop-1");
    assertThat(api.ops("POST", "/admin/projects", "{\"id\":\"shop-1\"}", ADMIN).status())
        .isEqualTo(400);
    assertThat(api.ops("POST", "/admin/projects", "{\"id\":\"a b\"}", ADMIN).status())
        .isEqualTo(400);
    assertThat(api.ops("POST", "/admin/projects/none/keys", "", ADMIN).status()).isEqualTo(404);
  }

  @Test
  void withoutTheTokenNothingIsMade() {
    long head = api.log.head();
    assertThat(api.ops("POST", "/admin/projects", "{}").status()).isEqualTo(401);
    assertThat(api.ops("POST", "/admin/projects", "{}", "Authorization", "Bearer ").status())
        .isEqualTo(401);
    assertThat(api.ops("POST", "/admin/projects", "{}", "Authorization", api.basic()).status())
        .isEqualTo(401);
    assertThat(api.log.head()).isEqualTo(head);
  }

  @Test
  void healthAndAlarmsAreOpen() {
    assertThat(api.ops("GET", "/health", "").body()).isEqualTo("{\"status\":\"ok\"}");
    assertThat(api.ops("GET", "/health/ready", "").body())
        .isEqualTo("{\"status\":\"ready\",\"missing\":[]}");
    assertThat(api.ops("GET", "/alarms", "").body()).isEqualTo("{\"alarms\":[]}");
  }

  private static Answer apps(String project, String basic) {
    return api.raw(
        "public", "GET", "/v1/projects/" + project + "/apps", "", "Authorization", basic);
  }
}
