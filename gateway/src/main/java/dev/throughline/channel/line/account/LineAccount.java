package dev.throughline.channel.line.account;

import dev.throughline.channel.line.LineCredentials;

/**
 * In whose name a call is made.
 *
 * @param limitedAs whose limits it counts against: the account's own id at LINE where that is
 *     known, since two apps may hold one account
 */
public record LineAccount(String limitedAs, LineCredentials credentials) {}
