/**
 * AWS on one port of the loopback address: SES v2, End User Messaging SMS and Social, SQS, and SNS
 * as publisher, held to Amazon's own SDK. Promises that a request is answered as the service would,
 * that its record of what was accepted is complete within named limits, and that nothing is
 * delivered or told that the services would not. May call {@code sandbox.emulator} and {@code
 * sandbox.people}.
 */
@NullMarked
package dev.throughline.sandbox.aws;

import org.jspecify.annotations.NullMarked;
