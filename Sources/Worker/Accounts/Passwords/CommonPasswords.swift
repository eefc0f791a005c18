// Passwords that are guessed first, in lower case. Those below the minimum length are left out.

enum CommonPasswords {
    /// `folded`: in lower case.
    static func contain(_ folded: String) -> Bool { all.contains(folded[...]) }

    private static let all = Set(
        """
        !qaz2wsx 00000000 000000000 0000000000 0123456789 10203040 11111111 111111111 1111111111
        11223344 1122334455 112233445566 12121212 123123123 123321123 12341234 12344321 123454321
        123456123 12345677 12345678 123456781 123456789 1234567890 1234567890a 1234567890q
        12345678910 123456789a 123456789q 12345678a 12345678q 12345679 1234567a 1234567q 123456aa
        123456abc 123456qq 123456qwe 123456qwerty 12345abc 12345qwert 12345qwerty 1234abcd
        1234qwer 1234qwerty 123qwe123 123qweasd 123qwerty 13131313 147258369 159357456 1a2b3c4d
        1q2w3e4r 1q2w3e4r! 1q2w3e4r5t 1q2w3e4r5t6y 1qaz1qaz 1qaz2wsx 1qaz2wsx3edc 1qazxsw2
        20202020 22222222 321321321 33333333 44444444 55555555 66666666 741852963 77777777
        789456123 87654321 88888888 987654321 9876543210 99999999 a1234567 a12345678 a123456789
        a1b2c3d4 a1s2d3f4 aa123456 aa12345678 aaaaaaaa aaaaaaaaaa aassddff abc12345 abc123456
        abc123abc abcabcabc abcd1234 abcdefg1 abcdefgh abcdefghi abracadabra access14 admin123
        admin1234 admin12345 admin123456 admin@123 adminadmin administrator alexander alexandra
        anakin123 android1 angel123 angels123 apple123 arsenal1 asdf1234 asdf12345 asdfasdf
        asdfghjk asdfghjkl asdfqwer asdzxc123 ashley12 asshole1 australia australia1 autumn2024
        autumn2025 autumn2026 azerty12 azerty123 azertyui azertyuiop babyboy1 babygirl babygirl1
        barcelona barcelona1 baseball baseball1 basketball basketball1 batman123 beautiful
        beautiful1 benjamin bigdaddy biggie12 biteme12 black123 blessed1 blessing blink182
        blue1234 blueberry bluebird bond0070 bonjour1 bonjour123 brazil123 broadcast broadcaster
        broncos1 brooklyn brooklyn1 brother1 bulldogs bullshit buttercup butterfly butterfly1
        california callofduty camera123 camping1 canada12 celtic12 change_me changeit changeme
        changeme1 changeme123 charlie1 cheesecake chelsea1 chicago1 chocolate chocolate1 christian
        christine christopher computer computer1 contrasena contraseña1 cookie123 corvette
        counterstrike cowboys1 crystal1 cupcake1 daddy123 danielle darkness darthvader december
        default1 default123 diablo123 diamond1 dolphin1 dolphins donald12 doudou123 dragon12
        dragon123 dragonball dragonballz drummer1 eagles12 elephant elizabeth elizabeth1 eminem123
        everton1 facebook facebook1 family123 father123 february ferrari1 fishing1 florida1
        flower123 football football1 forever1 forever21 fortnite fortnite1 freedom1 freedom123
        friends1 friends123 frodo123 fuckyou! fuckyou1 fuckyou123 fuckyou2 fytyfcnfcbz gandalf1
        gangsta1 gangster garfield geheim123 germany1 godzilla goku1234 golden12 goodbye1
        google123 gopro123 gorgeous grandma1 green123 greenday greenday1 guest123 guestguest
        guitar12 guitar123 gunners1 hacker123 hackers1 hackme123 hallo123 hallo1234 halo1234
        happy123 happy2020 hardcore harley12 harrypotter hello123 hello1234 hellohello helloworld
        hermione hiphop12 hogwarts hongkong1 hunter11 hunter12 hunter123 hunting1 hurricane
        ilovegod iloveyou iloveyou! iloveyou1 iloveyou123 iloveyou2 india123 internet internet1
        iphone123 itachi12 iw14fi9j james007 jamesbond january1 jennifer jessica1 jesus123
        jesuschrist jonathan jordan23 juventus juventus1 kawasaki killer12 killer123 kingkong
        klaster1 lakers24 leagueoflegends legolas1 letmein! letmein1 letmein12 letmein123
        lightning linkedin linkedin1 liverpool liverpool1 livestream lkjhgfdsa login123 london12
        london123 loulou123 love1234 lovelove loveme123 lovers123 loveyou1 lozinka1 lucky123
        lucky777 macbook1 manchester manchester1 marie123 marina12 mario123 marseille master123
        masterkey matrix12 mercedes mercedes1 metallica michael1 michelle mickey12 mickeymouse
        microsoft midnight midnight1 minecraft minecraft1 mnbvcxz1 mnbvcxzlkj mommy123 monkey12
        monkey123 moonlight motdepasse mother12 mother123 mountain1 mudar123 musicman mustang1
        mypassword naruto12 naruto123 nastya123 natasha1 newpassword newyork1 nicholas nicolas1
        ninja123 nintendo nirvana1 nothing1 nothing123 november obs12345 obsstudio october1
        onelove1 onepiece opensesame openup123 orange12 overwatch p@55w0rd p@ssw0rd p@ssw0rd1
        p@ssword p@ssword1 pa$$w0rd pa$$word packers1 pakistan pakistan1 panther1 panthers
        paris123 parola12 parola123 pass1234 pass12345 pass123456 pass@123 pass@word1 passcode
        passcode1 passord1 passphrase passw0rd passw0rd! passw0rd1 password password! password0
        password01 password1 password1! password11 password12 password123 password1234
        password12345 password123456 password2 password3 password7 password9 password99 password_1
        passwords passwort passwort1 patricia patriots peace123 penguin1 phoenix1 phoenix7
        pianoman pikachu1 playboy1 playstation playstation1 poiuytre poiuytrewq pokemon1
        pokemon123 porsche1 potter12 precious predator predator1 princesa princess princess1
        pumpkin1 purple12 pussycat q1234567 q12345678 q123456789 q1w2e3r4 q1w2e3r4t5 qaz123456
        qazqazqaz qazwsxedc qqqqqqqq qwe12345 qwe123456 qweasd123 qweasdzxc qweqweqwe qwer1234
        qwerasdf qwerasdfzxcv qwerty007 qwerty11 qwerty12 qwerty123 qwerty1234 qwerty12345
        qwerty123456 qwerty321 qwerty777 qwerty99 qwertyui qwertyuiop qwertyuiop123 qwertz123
        qwertzui qwertzuiop raiders1 rainbow1 ranger12 rangers1 rangers12 realmadrid red12345
        redskins rfvtgbyhn roblox12 roblox123 rocknroll rockstar rockstar1 root1234 rootroot
        salasana samantha samsung1 samsung123 samurai1 sandrine sasuke12 schalke04 scooby12
        scoobydoo scorpion scorpion1 secret12 secret123 security security1 senha123 senha1234
        september september1 shadow12 shadow123 silver12 sister123 skywalker slipknot slipknot1
        snickers snoopy12 softball soldier1 soleil123 sommer2024 sonic123 spiderman spring2024
        spring2025 spring2026 starcraft starlight starwars starwars1 steelers steelers1 stephanie
        strawberry stream12 stream123 streamer streamer1 success1 success123 summer2020 summer2021
        summer2022 summer2023 summer2024 summer2025 summer2026 sunshine sunshine1 superman
        superman1 sweetheart teamo123 temp1234 tempest1 temporary tequiero terminator test1234
        test12345 test123456 testing1 testing123 testtest texas123 thunder1 tinkerbell tokyo123
        toortoor topsecret tornado1 tottenham trustno1 trustnoone tupac123 unicorn1 user1234
        user12345 username vader123 valorant vegeta12 veronica victoria video123 voldemort
        warcraft warcraft1 warrior1 warriors webcam123 weir1234 weirweir welcome1 welcome1!
        welcome12 welcome123 whatever whatever1 whatever2 white123 windows1 windows10 winter12
        winter2020 winter2021 winter2022 winter2023 winter2024 winter2025 winter2026
        worldofwarcraft wsx123456 wsxedcrfv xbox3600 xxxxxxxx xyz12345 yamaha123 yankees1 yellow12
        youtube1 zaq12wsx zaq1zaq1 zelda123 zxc123456 zxcasdqwe zxcvbnm, zxcvbnm1 zxcvbnm12
        zxcvbnm123 zxcvzxcv zxczxczxc zzzzzzzz
        """.split { $0 == " " || $0 == "\n" })
}
