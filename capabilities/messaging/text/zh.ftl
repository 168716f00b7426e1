# 消息：收件箱里的消息

# 错误
messaging-unknown-template = 没有这个消息模板，请核对流程里写的模板名
messaging-bad-values = 消息里要填的内容不全或者不对，请按下面指出的地方改
messaging-no-addressee = 没有说消息发给谁，请写明账户、个人或单位
messaging-not-offered = 这里没有开通这种通知方式，请换一种
messaging-damaged = 系统里有一条消息读不出来，已经记下，请联系运维员

# 填写的内容
messaging-problem-unknown = 模板里没有“{$name}”这一项，请核对名称
messaging-problem-missing = 还缺“{$name}”
messaging-problem-twice = “{$name}”给了两次，只要一次
messaging-problem-characters = “{$name}”里有换行或看不见的控制字符，请删去
messaging-problem-long = “{$name}”太长：最多 300 个字，放在链接里的最多 100 个字
messaging-problem-instant = “{$name}”不是 1970 年到 9999 年之间的时刻
messaging-problem-too-many = 给的内容太多，最多 {$most} 项
messaging-problem-about = 要写成“类别:编号”，如 casework.case:编号
messaging-problem-limit = 一页最少 1 条，最多 {$most} 条

# 收件箱
messaging-nav-inbox = 消息
messaging-nav-unread = {$n} 条没读
messaging-inbox-title = 消息
messaging-lead-read = 都读过了。
messaging-lead-unread = 有 {$n} 条没读。
messaging-lead-many = 有 {$n} 条以上没读。
messaging-read-all = 全部标为已读
messaging-filter = 筛选
messaging-filter-all = 全部
messaging-filter-unread = 未读
messaging-unread = 未读
messaging-read = 已读
messaging-separator = ，
messaging-today = 今天，{$date}
messaging-yesterday = 昨天，{$date}
messaging-first-page = 第一页
messaging-next-page = 下一页
messaging-empty = 还没有消息。办件有了进展，会在这里告诉您。
messaging-empty-unread = 没有未读的消息。
messaging-empty-all = 看全部消息
messaging-empty-go = 看看能办什么
messaging-notice-all-read = 已经全部标为已读
messaging-notice-some-read = 已经把最新的 {$count} 条标为已读，还有更早的没读

# 一条消息
messaging-crumbs = 所在位置
messaging-one = 一条消息
messaging-tone-wait = 等办理
messaging-tone-act = 要您办
messaging-tone-good = 办成了
messaging-tone-bad = 没办成
messaging-go = 看详情
messaging-go-act = 去办
messaging-back = 回到消息
messaging-mine-unread = 未读消息
messaging-mine-several = {$n} 条消息没读
messaging-mine-many = {$n} 条以上消息没读
messaging-mine-latest = 最新一条：{$title}

# 短信和邮件
messaging-try = 这是一条试发的消息，{$at} 发出，不用理会。
messaging-try-subject = 试发
messaging-nav-channels = 短信和邮件
messaging-channels-lead = 通道不通时，短信和邮件留着不丢，通了再发；有时限的验证码过时就不发了。
messaging-channel-sms = 短信
messaging-channel-email = 邮件
messaging-channel-absent = 没有开通
messaging-channel-paused = 已暂停
messaging-channel-failing = 发不出去
messaging-channel-works = 正常
messaging-channel-queued = 在等的
messaging-channel-oldest = 最早的一条写于
messaging-channel-sent = 最近一次交出去
messaging-channel-failed = 最近一次失败
messaging-channel-error = 失败的原因
messaging-channel-retry = 下次再试
messaging-channel-pause = 暂停
messaging-channel-open = 恢复
messaging-channel-try = 现在就试
messaging-channel-now-paused = 已经暂停，新来的先留着
messaging-channel-now-open = 马上就试，请过一会儿刷新看结果
messaging-channel-sms-one = 短信
messaging-channel-email-one = 邮件
messaging-told = 另外怎么告诉的
messaging-told-queued = {$channel}：等着发，{$at} 写好
messaging-told-waits = {$channel}：通道不通，留着，通了再发
messaging-told-sent = {$channel}：{$at} 已交给运营商
messaging-told-delivered = {$channel}：{$at} 已送达
messaging-told-read = {$channel}：这条消息已经读过，没有再发
messaging-told-expired = {$channel}：三天没发出去，不再发了
messaging-told-failed = {$channel}：{$at} 没发成，请核对账户里的手机号
