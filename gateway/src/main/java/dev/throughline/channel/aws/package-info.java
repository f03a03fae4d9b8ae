/**
 * What all channels over AWS share: accounts and clients, what is known after a call, notifications
 * by SNS over HTTPS or out of SQS, objects of an account's bucket. It knows no channel. Calls AWS,
 * by the gateway's one HTTP client.
 */
@NullMarked
package dev.throughline.channel.aws;

import org.jspecify.annotations.NullMarked;
