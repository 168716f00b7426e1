# 卡：一个人名下的卡

# 错误
cards-not-proved = 您的账户还没有核验身份，先带身份证到窗口核验，再来绑卡
cards-unknown-kind = 请选一种卡
cards-unknown-purpose = 没有这个用途，请核对终端的设置
cards-bad-number = 卡号不对，请按下面指出的地方改
cards-already = 这张卡已经在名下了，不用再绑
cards-too-many = 这种卡最多绑 {$most} 张，先解绑不用的
cards-of-another = 这张卡已经绑在别人名下。请核对持卡人，有疑问联系发卡单位
cards-own-card = 自己的卡要由别的窗口人员核验，请换人办理
cards-differs = 和登记的卡号不一样，请再核对卡面
cards-not-so = { $state ->
    [claimed] 这张卡还没有在窗口核验，现在不能这样办
    [good] 这张卡正常，不用这样办
    [stopped] 这张卡已经停用。找到了，带卡和身份证到窗口恢复
   *[ended] 这张卡已经解绑，请重新绑定
 }
cards-nobody-proved = 这个证件号码名下没有核验过的账户，请先给本人核验账户
cards-damaged = 系统里有一张卡读不出来，已经记下，请联系运维员
cards-number-missing = 请填卡号
cards-number-digits = 卡号里只有数字
cards-number-signs = 卡号里只有数字和字母
cards-number-length = 卡号的位数不对，应当是 {$lengths} 位
cards-number-slip = 卡号有一位写错了，请对照卡面再看一遍

# 我的卡
cards-nav-mine = 我的卡
cards-crumbs = 所在位置
cards-me = 我的账户
cards-mine-title = 我的卡
cards-mine-lead = 社保卡、市民卡、公交卡、健康卡绑在一起：刷哪一张都是您，丢了在这里一停，各处同时停。
cards-prove-first = 您的账户还没有核验身份。带身份证到窗口核验以后，就能绑卡。
cards-none = 名下还没有卡。
cards-bind-title = 绑一张卡
cards-bind = 绑定
cards-kind = 哪种卡
cards-number = 卡号
cards-number-hint = 照卡面填，空格可以不填。
cards-bound = 已经登记。带上这张卡和身份证到窗口核验后就能用。
cards-state-claimed = 待核验
cards-state-good = 正常
cards-state-stopped = 已停用
cards-state-ended = 已解绑
cards-since-claimed = {$at}登记
cards-since-good = {$at}起可用
cards-since-stopped = {$at}停用
cards-since-ended = {$at}解绑
cards-stopped-lost = {$at}停用：丢失
cards-stopped-stolen = {$at}停用：被偷
cards-stopped-misused = {$at}停用：有人冒用
cards-claimed-next = 带上这张卡和身份证到窗口，核验后就能用。
cards-stopped-next = 找到了，带上这张卡和身份证到窗口恢复；找不到了，到发卡单位补办。
cards-loss-title = 挂失
cards-loss-lead = 停用马上生效：所有终端都不再认这张卡。恢复要本人带卡到窗口办。
cards-loss-what = 出了什么事
cards-loss-lost = 找不到了
cards-loss-stolen = 被偷了
cards-loss-misused = 有人冒用
cards-loss-all = 名下其他的卡也一起停用
cards-loss-report = 停用
cards-loss-done = 已经停用 {$count} 张卡，各处都不再认。
cards-end-title = 解绑
cards-end-lead = 解绑后这张卡不再代表您；卡本身还能在发卡单位使用。
cards-end = 解绑
cards-ended = 已经解绑。

# 窗口
cards-nav-counter = 群众的卡
cards-counter-title = 群众的卡
cards-counter-lead = 核验群众带来的卡，办理挂失、恢复和解绑。先看身份证，再看卡面。
cards-counter-find = 查名下的卡
cards-citizen-number = 居民身份证号码
cards-find = 查找
cards-counter-held = {$name}名下的卡
cards-counter-none = 名下还没有卡。
cards-number-seen = 卡面上的卡号
cards-counter-confirm = 卡和人都看过，核验通过
cards-counter-lift = 卡和人都看过，恢复使用
cards-counter-loss = 挂失这张
cards-counter-loss-all = 名下的卡全部挂失
cards-counter-enter-title = 给本人绑一张卡
cards-counter-enter-lead = 本人带卡来，看过就能用。
cards-counter-enter = 绑定
cards-counter-entered = 已经绑定，马上能用。
cards-counter-confirmed = 已经核验，马上能用。
cards-counter-lifted = 已经恢复。
cards-counter-stopped = 已经停用，各处都不再认这张卡。
cards-counter-stopped-all = 名下的卡都已停用。

# 个人数据
cards-held = 名下的卡
cards-held-purpose = 让您用任何一张卡办事，丢了能一次停用
cards-held-basis = 您本人绑定，或者在窗口由您本人提出（个人信息保护法第十三条第一款第一项）
cards-held-period = 到您解绑或注销为止；注销时一并删除
