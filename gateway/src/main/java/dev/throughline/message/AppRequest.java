package dev.throughline.message;

import dev.throughline.message.Ids.AppId;
import dev.throughline.message.SendRequest.Recipient;

/** What a client asks of an app about somebody, besides sending them a message. */
public sealed interface AppRequest permits EventRequest, ReachRequest, ConsentRequest {
  AppId app();

  Recipient recipient();
}
