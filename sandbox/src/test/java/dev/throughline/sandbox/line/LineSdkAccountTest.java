package dev.throughline.sandbox.line;

import static org.assertj.core.api.Assertions.assertThat;

import com.linecorp.bot.audience.client.ManageAudienceBlobClient;
import com.linecorp.bot.audience.client.ManageAudienceClient;
import com.linecorp.bot.audience.model.Audience;
import com.linecorp.bot.audience.model.AudienceGroupStatus;
import com.linecorp.bot.audience.model.CreateAudienceGroupRequest;
import com.linecorp.bot.client.base.ApiAuthenticatedClientBuilder;
import com.linecorp.bot.client.base.BlobContent;
import com.linecorp.bot.client.base.Result;
import com.linecorp.bot.client.base.UploadFile;
import com.linecorp.bot.insight.client.InsightClient;
import com.linecorp.bot.liff.client.LiffClient;
import com.linecorp.bot.liff.model.AddLiffAppRequest;
import com.linecorp.bot.liff.model.LiffView;
import com.linecorp.bot.messaging.client.MessagingApiBlobClient;
import com.linecorp.bot.messaging.client.MessagingApiClient;
import com.linecorp.bot.messaging.model.AudienceRecipient;
import com.linecorp.bot.messaging.model.CreateRichMenuAliasRequest;
import com.linecorp.bot.messaging.model.NarrowcastProgressResponse;
import com.linecorp.bot.messaging.model.NarrowcastRequest;
import com.linecorp.bot.messaging.model.PnpMessagesRequest;
import com.linecorp.bot.messaging.model.PostbackAction;
import com.linecorp.bot.messaging.model.RichMenuArea;
import com.linecorp.bot.messaging.model.RichMenuBatchProgressPhase;
import com.linecorp.bot.messaging.model.RichMenuBatchRequest;
import com.linecorp.bot.messaging.model.RichMenuBatchUnlinkAllOperation;
import com.linecorp.bot.messaging.model.RichMenuBounds;
import com.linecorp.bot.messaging.model.RichMenuRequest;
import com.linecorp.bot.messaging.model.RichMenuSize;
import com.linecorp.bot.messaging.model.TextMessage;
import com.linecorp.bot.module.client.LineModuleClient;
import com.linecorp.bot.module.model.AcquireChatControlRequest;
import com.linecorp.bot.moduleattach.client.LineModuleAttachClient;
import com.linecorp.bot.oauth.client.ChannelAccessTokenClient;
import com.linecorp.bot.shop.client.ShopClient;
import com.linecorp.bot.shop.model.MissionStickerRequest;
import dev.throughline.sandbox.Patience;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * LINE's own SDK clients for blobs, rich menus, tokens, audiences, insight, LIFF, shop, modules and
 * their attaching, unmodified, find in the emulator what they find at LINE.
 */
class LineSdkAccountTest {
  private final Line line =
      new Line(config ->
          config.withSettings(
              Line.settings().withAccount(1, true).withRateLimits(false, Map.of())));
  private final MessagingApiClient client = client(MessagingApiClient.builder(Line.TOKEN));
  private final MessagingApiBlobClient blobs = client(MessagingApiBlobClient.builder(Line.TOKEN));

  private <T> T client(ApiAuthenticatedClientBuilder<T> builder) {
    builder.apiEndPoint(line.emulator.baseUri());
    builder.usingDefaultLogger(false);
    return builder.build();
  }

  @AfterEach
  void keptToTheContract() {
    if (Contract.there()) {
      Contract.judge(line.control);
    }
    line.close();
  }

  @Test
  void contentAndRichMenusTravelWhole() throws Exception {
    byte[] bytes = {1, 2, 3, 0, -1};
    String id =
        line.control
            .phones()
            .attach(
                Line.ALICE,
                Line.ALICE,
                Attachment.audio("audio/x-m4a", bytes, Duration.ofSeconds(1)))
            .messageId();
    BlobContent content = get(blobs.getMessageContent(id)).body();
    assertThat(content.byteStream().readAllBytes()).isEqualTo(bytes);
    assertThat(content.mimeType()).isEqualTo("audio/x-m4a");
    assertThat(get(blobs.getMessageContentTranscodingByMessageId(id)).body().status().toString())
        .isEqualToIgnoringCase("succeeded");

    RichMenuRequest menu =
        new RichMenuRequest(
            new RichMenuSize(2500L, 843L),
            true,
            "main",
            "Menu",
            List.of(
                new RichMenuArea(
                    new RichMenuBounds(0L, 0L, 2500L, 843L),
                    new PostbackAction("label", "data", null, null, null, null))));
    get(client.validateRichMenuObject(menu));
    String menuId = get(client.createRichMenu(menu)).body().richMenuId();
    get(blobs.setRichMenuImage(menuId, UploadFile.fromByteArray(Line.png(2500, 843), "image/png")));
    BlobContent image = get(blobs.getRichMenuImage(menuId)).body();
    assertThat(image.byteStream().readAllBytes()).isEqualTo(Line.png(2500, 843));
    get(client.createRichMenuAlias(new CreateRichMenuAliasRequest("alias", menuId)));
    assertThat(get(client.getRichMenuAliasList()).body().aliases()).hasSize(1);
    get(client.setDefaultRichMenu(menuId));
    assertThat(get(client.getDefaultRichMenuId()).body().richMenuId()).isEqualTo(menuId);
    get(client.linkRichMenuIdToUser(Line.ALICE, menuId));
    assertThat(get(client.getRichMenuIdOfUser(Line.ALICE)).body().richMenuId()).isEqualTo(menuId);
    assertThat(get(client.getRichMenu(menuId)).body().areas()).hasSize(1);
    String batch =
        get(client.richMenuBatch(
                new RichMenuBatchRequest(List.of(new RichMenuBatchUnlinkAllOperation()), null)))
            .requestId();
    line.clock.advance(MenuBatches.TAKES);
    Patience.await()
        .until(() ->
            get(client.getRichMenuBatchProgress(batch)).body().phase()
                == RichMenuBatchProgressPhase.SUCCEEDED);
    assertThat(line.control.phones().menu(Line.ALICE).by()).isEqualTo("default");
  }

  @Test
  void anAudienceIsFilledNarrowcastToAndLookedAt() throws Exception {
    ManageAudienceClient audiences = client(ManageAudienceClient.builder(Line.TOKEN));
    ManageAudienceBlobClient files = client(ManageAudienceBlobClient.builder(Line.TOKEN));
    InsightClient insight = client(InsightClient.builder(Line.TOKEN));
    long id =
        get(audiences.createAudienceGroup(
                new CreateAudienceGroupRequest(
                    "buyers", false, null, List.of(new Audience(Line.ALICE)))))
            .body()
            .audienceGroupId();
    get(
        files.addUserIdsToAudience(
            id,
            "more",
            UploadFile.fromByteArray(
                (Line.BOB + "\n").getBytes(StandardCharsets.UTF_8), "text/plain")));
    line.clock.advance(Audiences.TAKES);
    Patience.await()
        .until(
            () -> get(audiences.getAudienceData(id)).body().audienceGroup().audienceCount() == 2);
    assertThat(get(audiences.getAudienceData(id)).body().audienceGroup().status())
        .isEqualTo(AudienceGroupStatus.READY);

    String requestId =
        get(client.narrowcast(
                UUID.randomUUID(),
                new NarrowcastRequest(
                    List.of(new TextMessage("n")), new AudienceRecipient(id), null, null, null)))
            .requestId();
    line.clock.advance(Narrowcasts.WAITING);
    Patience.await()
        .until(() ->
            get(client.getNarrowcastProgress(requestId)).body().phase()
                == NarrowcastProgressResponse.Phase.SUCCEEDED);
    line.control.phones().open(Line.ALICE);
    var event = get(insight.getMessageEvent(requestId)).body();
    assertThat(event.overview().delivered()).isEqualTo(2);
    assertThat(event.overview().uniqueImpression()).isEqualTo(1);
    assertThat(get(insight.getFriendsDemographics()).body().available()).isTrue();
    line.clock.advance(Duration.ofDays(1));
    assertThat(get(insight.getNumberOfMessageDeliveries("20261102")).body().apiNarrowcast())
        .isEqualTo(2);
    assertThat(get(insight.getNumberOfFollowers("20261102")).body().followers()).isEqualTo(2);
  }

  @Test
  void liffAppsStickersTokensNotificationsAndChatControl() throws Exception {
    LiffClient liff = client(LiffClient.builder(Line.TOKEN));
    String liffId =
        get(liff.addLIFFApp(
                new AddLiffAppRequest(
                    new LiffView(LiffView.Type.FULL, URI.create("https://example.com/"), null),
                    "app",
                    null,
                    null,
                    null,
                    null)))
            .body()
            .liffId();
    assertThat(liffId).matches(Line.CHANNEL + "-.{8}");
    assertThat(get(liff.getAllLIFFApps()).body().apps()).hasSize(1);
    get(liff.deleteLIFFApp(liffId));

    ShopClient shop = client(ShopClient.builder(Line.TOKEN));
    get(shop.missionStickerV3(new MissionStickerRequest(Line.ALICE, "1", "STICKER", false)));

    var builder = ChannelAccessTokenClient.builder();
    builder.apiEndPoint(line.emulator.baseUri());
    builder.usingDefaultLogger(false);
    ChannelAccessTokenClient tokens = builder.build();
    var issued =
        get(tokens.issueChannelToken("client_credentials", Line.CHANNEL, Line.SECRET)).body();
    assertThat(get(tokens.verifyChannelToken(issued.accessToken())).body().clientId())
        .isEqualTo(Line.CHANNEL);

    String proof = TokenTest.proof(line);
    String assertion = proof.substring(proof.lastIndexOf('=') + 1);
    var signed =
        get(tokens.issueChannelTokenByJWT("client_credentials", Assertions.TYPE, assertion)).body();
    assertThat(
            get(tokens.getsAllValidChannelAccessTokenKeyIds(Assertions.TYPE, assertion))
                .body()
                .kids())
        .containsExactly(signed.keyId());
    get(tokens.revokeChannelTokenByJWT(Line.CHANNEL, Line.SECRET, signed.accessToken()));

    Subscriber phone = new Subscriber(Line.ALICE, "+818000001234", Subscriber.Consent.ACCEPTED);
    assertThat(phone.digest())
        .isEqualTo("d41e0ad70dddfeb68f149ad6fc61574b9c5780ab7bcb2fba5517771ffbb2409c");
    line.control.phones().subscribe(phone);
    get(
        client.pushMessagesByPhone(
            "tag-of-sixteen-characters",
            new PnpMessagesRequest(List.of(new TextMessage("parcel")), phone.digest(), false)));
    assertThat(line.control.messages(Line.ALICE, 0, Duration.ZERO).entries()).hasSize(1);

    LineModuleClient modules = client(LineModuleClient.builder(Line.TOKEN));
    get(modules.acquireChatControl(Line.ALICE, new AcquireChatControlRequest(true, 60)));
    get(modules.releaseChatControl(Line.ALICE));
    assertThat(get(modules.getModules(null, null)).body().bots()).isEmpty();

    LineModuleAttachClient attaching = client(LineModuleAttachClient.builder(Line.TOKEN));
    var attached =
        get(attaching.attachModule(
                "authorization_code",
                line.control.console().moduleCode(),
                "https://example.com/back",
                null,
                Line.CHANNEL,
                Line.SECRET,
                null,
                null,
                "message:send message:receive",
                null))
            .body();
    assertThat(attached.scopes()).containsExactly("message:send", "message:receive");
    assertThat(get(modules.getModules(null, null)).body().bots())
        .extracting(bot -> bot.userId())
        .containsExactly(attached.botId());
  }

  private static <T> Result<T> get(CompletableFuture<Result<T>> call) throws Exception {
    return call.get(1, TimeUnit.MINUTES);
  }
}
