package dev.throughline.api;

import dev.throughline.account.AccountCalls;
import dev.throughline.channel.line.account.LineAccount;
import dev.throughline.conversation.App;
import dev.throughline.conversation.App.Account;
import dev.throughline.conversation.Directory;
import dev.throughline.http.Request;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Ids.AppId;
import dev.throughline.message.Ids.ProjectId;
import java.util.Optional;

/** Which LINE account a request is about: of the app in its path, by its {@code ordinal}. */
final class LineAccess {
  private static final String ORDINAL = "ordinal";

  private final Directory directory;
  private final AccountCalls calls;

  LineAccess(Directory directory, AccountCalls calls) {
    this.directory = directory;
    this.calls = calls;
  }

  /** An account whose credentials can be used. */
  record Named(App app, Account account, LineAccount known) {}

  App app(ProjectId project, Request request) {
    return directory
        .app(project, new AppId(Answers.id(request, "app", AppRoutes.unknown())))
        .orElseThrow(AppRoutes::unknown);
  }

  /** The default account where no ordinal is named. */
  Named account(ProjectId project, Request request) {
    return account(app(project, request), request.query(ORDINAL).flatMap(LineAccess::ordinal));
  }

  Named account(App app, Optional<Integer> ordinal) {
    Account account =
        directory
            .account(app.id(), ChannelName.LINE, ordinal)
            .orElseThrow(() ->
                Refusal.unknown(
                    "LINE_ACCOUNT_UNKNOWN",
                    "The app has no such LINE account: save its credentials first."));
    LineAccount known =
        calls
            .of(account)
            .orElseThrow(() ->
                Refusal.invalid(
                    "LINE_TOKEN_REFUSED",
                    "",
                    "The account's credentials cannot be used: save them again."));
    return new Named(app, account, known);
  }

  private static Optional<Integer> ordinal(String text) {
    if (text.isEmpty()) {
      return Optional.empty();
    }
    if (!text.matches("[0-9]{1,3}")) {
      throw Refusal.invalid(
          "FIELD_INVALID", ORDINAL, "ordinal must be a credential_ordinal_number of the app.");
    }
    return Optional.of(Integer.valueOf(text));
  }
}
