package dev.throughline.contract;

import dev.throughline.message.AppMessage.Source;
import dev.throughline.message.AppMessage.TemplateReference;
import dev.throughline.message.ChannelName;
import dev.throughline.message.Content.Filled;
import dev.throughline.message.Content.Native;
import dev.throughline.message.Content.Notification;
import dev.throughline.message.Content.Specific;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Reads what a message says on single channels (spec conversation-api.md §3.2). Where it says more
 * than one thing on a channel, that goes which stands first: {@code explicit_channel_message},
 * {@code channel_specific_message}, {@code explicit_channel_omni_message}, {@code
 * channel_template}.
 */
final class ChannelMessages {
  static final int MAX_TEMPLATE_ID = 64;
  static final int MAX_VERSION = 64;
  static final int MAX_LANGUAGE = 35;

  /** More than the largest request that a channel takes; the request's own limit holds besides. */
  private static final int MAX_NATIVE = 1_000_000;

  private static final int MAX_KEY = 100;
  private static final int MAX_PARAMETER = 4_096;

  /** LINE's limits of a notification template, which the contract names as its own. */
  private static final int MAX_EMPHASIZED = 15;

  private static final int MAX_ITEMS = 15;
  private static final int MAX_ITEM = 300;
  private static final int MAX_BUTTONS = 2;
  private static final int MAX_BUTTON_URL = 1_000;

  private static final String NOTIFICATION = "NOTIFICATION_MESSAGE_TEMPLATE";

  private static final Map<ChannelName, Set<String>> SPECIFIC =
      Map.of(
          ChannelName.LINE,
          Set.of(NOTIFICATION),
          new ChannelName("WHATSAPP"),
          Set.of("FLOWS", "ORDER_DETAILS", "ORDER_STATUS"),
          new ChannelName("KAKAOTALK"),
          Set.of("COMMERCE", "CAROUSEL_COMMERCE"));

  private ChannelMessages() {}

  static Map<ChannelName, Source> own(Fields message) {
    Map<ChannelName, Source> own = new HashMap<>();
    message
        .object("explicit_channel_message")
        .ifPresent(explicit ->
            forEachChannel(
                explicit,
                (channel, name) ->
                    own.put(
                        channel,
                        new Source.Given(new Native(explicit.requiredString(name, MAX_NATIVE))))));
    message
        .object("channel_specific_message")
        .ifPresent(specific ->
            forEachChannel(
                specific,
                (channel, name) ->
                    own.putIfAbsent(channel, specific(channel, specific.requiredObject(name)))));
    message
        .object("explicit_channel_omni_message")
        .ifPresent(omni ->
            forEachChannel(
                omni,
                (channel, name) -> own.putIfAbsent(channel, omni(omni.requiredObject(name)))));
    return own;
  }

  static Map<ChannelName, Source> channelTemplates(Fields templateMessage) {
    Map<ChannelName, Source> templates = new HashMap<>();
    templateMessage
        .object("channel_template")
        .ifPresent(byChannel ->
            forEachChannel(
                byChannel,
                (channel, name) ->
                    templates.put(
                        channel,
                        new Source.ChannelTemplate(
                            reference(byChannel.requiredObject(name), false)))));
    return templates;
  }

  static Optional<Source> omniTemplate(Fields templateMessage) {
    return templateMessage
        .object("omni_template")
        .map(template -> new Source.Stored(reference(template, true)));
  }

  private static Source omni(Fields omni) {
    return omni.object("template_reference")
        .<Source>map(template -> new Source.Stored(reference(template, true)))
        .orElseGet(() -> new Source.Given(AppMessages.content(omni)));
  }

  private static TemplateReference reference(Fields template, boolean versioned) {
    return new TemplateReference(
        // WhatsApp's names of templates are longer than our ids.
        template.requiredString("template_id", versioned ? MAX_TEMPLATE_ID : MAX_PARAMETER),
        versioned
            ? template.requiredString("version", MAX_VERSION)
            : template.string("version", MAX_VERSION).orElse(""),
        template.string("language_code", MAX_LANGUAGE).filter(code -> !code.isEmpty()),
        template.stringMap("parameters", MAX_PARAMETER));
  }

  private static Source specific(ChannelName channel, Fields fields) {
    Set<String> types = SPECIFIC.get(channel);
    if (types == null) {
      throw fields.wrong("", "is for a channel that has no messages of its own.");
    }
    String type =
        fields
            .oneOf("message_type", types)
            .orElseThrow(() -> fields.wrong("message_type", "is required."));
    Fields message = fields.requiredObject("message");
    return new Source.Given(
        type.equals(NOTIFICATION)
            ? notification(message)
            : new Specific(type, Json.text(fields.json())));
  }

  private static Notification notification(Fields message) {
    Fields body = message.requiredObject("body");
    return new Notification(
        message.requiredString("template_key", MAX_KEY),
        body.object("emphasized_item").map(item -> item(item, MAX_EMPHASIZED)),
        body.objects("items", MAX_ITEMS).stream().map(item -> item(item, MAX_ITEM)).toList(),
        buttons(body));
  }

  private static Filled item(Fields item, int max) {
    return new Filled(
        item.requiredString("item_key", MAX_KEY), item.requiredString("content", max));
  }

  private static List<Filled> buttons(Fields body) {
    return body.objects("buttons", MAX_BUTTONS).stream()
        .map(button ->
            new Filled(
                button.requiredString("button_key", MAX_KEY),
                SendRequests.webUrl(button, "url", button.requiredString("url", MAX_BUTTON_URL))))
        .toList();
  }

  /** What is done with each channel of an object by its name there. */
  private interface PerChannel {
    void read(ChannelName channel, String name);
  }

  private static void forEachChannel(Fields byChannel, PerChannel reader) {
    for (String name : List.copyOf(byChannel.json().propertyNames())) {
      if (byChannel.has(name)) {
        reader.read(Identities.channel(byChannel.path(name), name), name);
      }
    }
  }
}
