package dev.throughline.channel.aws;

import dev.throughline.channel.Channel;

/** What an account of a channel over AWS needs, and AWS's part of it. */
public interface OverAws extends Channel.Credentials {
  AwsCredentials aws();
}
