/root/.m2/repository/com/linecorp/bot/line-bot-insight-client/8.6.0/line-bot-insight-client-8.6.0.jar
/root/.m2/repository/com/linecorp/bot/line-bot-manage-audience-client/8.6.0/line-bot-manage-audience-client-8.6.0.jar
/root/.m2/repository/com/linecorp/bot/line-liff-client/8.6.0/line-liff-client-8.6.0.jar
/root/.m2/repository/com/linecorp/bot/line-bot-shop-client/8.6.0/line-bot-shop-client-8.6.0.jar
/root/.m2/repository/com/linecorp/bot/line-bot-module-client/8.6.0/line-bot-module-client-8.6.0.jar
/root/.m2/repository/com/linecorp/bot/line-bot-module-attach-client/8.6.0/line-bot-module-attach-client-8.6.0.jar
/root/.m2/repository/com/linecorp/bot/line-channel-access-token-client/8.6.0/line-channel-access-token-client-8.6.0.jar
