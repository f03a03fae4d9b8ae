package dev.throughline.conversation;

/** Where the gateway's own picture of a sticker is served. */
@FunctionalInterface
public interface StickerPictures {
  /** Holds nothing but the sticker's public ids: the same for whoever sends it. */
  String address(String packageId, String stickerId);
}
